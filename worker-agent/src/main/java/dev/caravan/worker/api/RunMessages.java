package dev.caravan.worker.api;

import static dev.caravan.worker.api.Bodies.required;

import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.core.run.Thinking;
import dev.caravan.core.run.TokenIds;
import dev.caravan.wire.Frame;
import dev.caravan.wire.Logprob;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.ToolCall;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.engine.EngineRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Runs as they cross between services. */
final class RunMessages {

    private static final double NANOS_PER_MILLI = 1e6;

    private RunMessages() {}

    static EngineRequest request(RunMessage message) {
        return new EngineRequest(
                PromptMessages.prompt(message),
                options(required(message.options(), "options")),
                answer(message.answer()),
                Optional.ofNullable(message.resume()).map(RunMessages::resume));
    }

    private static ResumePoint resume(RunMessage.Resume resume) {
        if (resume.answered() < 0) {
            throw Bodies.invalid(
                    "resume.answered: %d (expected: >= 0)".formatted(resume.answered()));
        }
        List<Integer> ids = resume.ids() == null ? List.of() : resume.ids();
        return new ResumePoint(
                resume.promptIds() == null ? List.of() : resume.promptIds(),
                ids,
                required(resume.text(), "resume.text"),
                orEmpty(resume.thinking()),
                Math.max(resume.answered(), ids.size()));
    }

    private static AnswerOptions answer(RunMessage.@Nullable Answer answer) {
        return answer == null
                ? AnswerOptions.DEFAULTS
                : new AnswerOptions(
                        Optional.ofNullable(answer.think())
                                .map(on -> new Thinking(on, orEmpty(answer.level()))),
                        number(answer.topLogprobs()),
                        answer.truncate(),
                        answer.shift(),
                        answer.renderOnly(),
                        number(answer.contextLimit()));
    }

    private static OptionalInt number(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
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
                            head.promptIds(),
                            head.resumed()
                                    .map(how -> new Frame.Resumed(how.tokens(), how.byIds()))
                                    .orElse(null));
            case RunFrame.Progress(int processed, int total) ->
                    new Frame.Progress(processed, total);
            case RunFrame.Piece piece ->
                    new Frame.Piece(
                            piece.sequence(),
                            piece.text(),
                            TokenIds.array(piece.ids()),
                            piece.idsComplete(),
                            piece.thinking(),
                            each(piece.toolCalls(), RunMessages::call),
                            each(piece.logprobs(), RunMessages::logprob));
            case RunFrame.End end ->
                    new Frame.End(
                            end.reason().name().toLowerCase(Locale.ROOT),
                            end.promptTokens(),
                            end.cachedTokens(),
                            millis(end.promptTime()),
                            end.answerTokens(),
                            millis(end.answerTime()),
                            end.context().isEmpty() ? null : end.context());
            case RunFrame.Fail fail ->
                    new Frame.Fail(fail.code().name(), fail.message(), fail.repeatable());
            case RunFrame.Rendered(var prompt, var images) -> new Frame.Rendered(prompt, images);
            case RunFrame.Vector(var values) -> new Frame.Vector(values);
        };
    }

    private static ToolCall call(dev.caravan.core.run.ToolCall call) {
        return new ToolCall(
                call.id(), call.index(), call.name(), WireJson.mapper().readTree(call.arguments()));
    }

    /** Nearly all pieces have none. */
    private static <T, R> List<R> each(List<T> all, Function<T, R> mapping) {
        return all.isEmpty() ? List.of() : all.stream().map(mapping).toList();
    }

    private static Logprob logprob(dev.caravan.core.run.Logprob told) {
        return new Logprob(
                told.token(),
                told.logprob(),
                told.top().isEmpty()
                        ? null
                        : told.top().stream().map(RunMessages::logprob).toList());
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / NANOS_PER_MILLI;
    }
}
