package dev.caravan.worker.api;

import static dev.caravan.worker.api.Bodies.required;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.wire.Frame;
import dev.caravan.wire.RunMessage;
import dev.caravan.worker.app.engine.EngineRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Runs as they cross between services. */
final class RunMessages {

    private static final double NANOS_PER_MILLI = 1e6;

    private RunMessages() {}

    static EngineRequest request(RunMessage message) {
        return new EngineRequest(prompt(message), options(required(message.options(), "options")));
    }

    private static Prompt prompt(RunMessage message) {
        List<RunMessage.Message> messages = message.messages();
        String text = message.prompt();
        if (messages != null) {
            return new Prompt.Chat(
                    messages.stream().map(RunMessages::turn).toList(), Optional.ofNullable(text));
        }
        if (text != null) {
            return new Prompt.Raw(text);
        }
        throw Bodies.invalid("messages and prompt: absent (expected: at least one)");
    }

    private static ChatMessage turn(RunMessage.Message turn) {
        return new ChatMessage(
                required(turn.role(), "messages.role"),
                required(turn.content(), "messages.content"));
    }

    private static SamplingOptions options(RunMessage.Options options) {
        return new SamplingOptions(
                options.predict(),
                options.seed(),
                options.topK(),
                options.topP(),
                options.minP(),
                options.typicalP(),
                options.repeatLastN(),
                options.temperature(),
                options.repeatPenalty(),
                options.presencePenalty(),
                options.frequencyPenalty(),
                options.keep(),
                required(options.stop(), "options.stop"),
                format(options.format()),
                named(options.named()));
    }

    /** A gateway that does not tell has filled in what was not named. */
    private static Set<String> named(@Nullable List<String> names) {
        return names == null
                ? SamplingOptions.NAMES
                : names.stream()
                        .filter(SamplingOptions.NAMES::contains)
                        .collect(Collectors.toUnmodifiableSet());
    }

    private static OutputFormat format(@Nullable JsonNode format) {
        if (format == null || format.isNull()) {
            return new OutputFormat.Text();
        }
        if (format.isString() && format.stringValue().equals("json")) {
            return new OutputFormat.Json();
        }
        if (format.isObject()) {
            return new OutputFormat.Schema(format.toString());
        }
        throw Bodies.invalid("format: %s (expected: \"json\" or a JSON schema)".formatted(format));
    }

    static Frame frame(RunFrame frame) {
        return switch (frame) {
            case RunFrame.Head head ->
                    new Frame.Head(
                            head.build(),
                            head.replica(),
                            head.seed(),
                            head.promptTokens(),
                            head.promptIds());
            case RunFrame.Progress(int processed, int total) ->
                    new Frame.Progress(processed, total);
            case RunFrame.Piece piece ->
                    new Frame.Piece(
                            piece.sequence(),
                            piece.text(),
                            piece.ids().stream().mapToInt(Integer::intValue).toArray(),
                            piece.idsComplete(),
                            piece.thinking());
            case RunFrame.End end ->
                    new Frame.End(
                            end.reason().name().toLowerCase(Locale.ROOT),
                            end.promptTokens(),
                            end.cachedTokens(),
                            millis(end.promptTime()),
                            end.answerTokens(),
                            millis(end.answerTime()));
            case RunFrame.Fail fail ->
                    new Frame.Fail(fail.code().name(), fail.message(), fail.repeatable());
        };
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / NANOS_PER_MILLI;
    }
}
