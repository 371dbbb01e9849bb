package dev.caravan.gateway.mapping;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.wire.Frame;
import dev.caravan.wire.FrameCodec;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Requests as agents read them, frames as they answer them. */
public final class WireRuns {

    private static final long FOREVER = -1;

    private WireRuns() {}

    public static RunMessage message(RunRequest request, String replicaId) {
        return new RunMessage(
                request.id(),
                replicaId,
                request.digest().hex(),
                request.model().display(),
                messages(request.prompt()),
                text(request.prompt()),
                options(request.options()),
                millis(request.keepAlive()));
    }

    /** Milliseconds, -1 for ever, absent where nothing was said. */
    public static @Nullable Long millis(KeepAlive keepAlive) {
        return switch (keepAlive) {
            case KeepAlive.Unset() -> null;
            case KeepAlive.For(var duration) -> duration.toMillis();
            case KeepAlive.Forever() -> FOREVER;
        };
    }

    public static RunFrame frame(Frame frame) {
        return switch (frame) {
            case Frame.Piece(var sequence, var text, var ids, var complete, var thinking) ->
                    new RunFrame.Piece(sequence, text, FrameCodec.list(ids), complete, thinking);
            case Frame.Head(var build, var replica, var seed, var tokens, var ids) ->
                    new RunFrame.Head(build, replica, seed, tokens, orEmpty(ids));
            case Frame.Progress(var processed, var total) ->
                    new RunFrame.Progress(processed, total);
            case Frame.End end -> end(end);
            case Frame.Fail(var code, var message, var repeatable) ->
                    new RunFrame.Fail(fault(code, FaultCode.UPSTREAM_FAILED), message, repeatable);
        };
    }

    /** The code of that name, or {@code other} where this release knows none. */
    public static FaultCode fault(@Nullable String name, FaultCode other) {
        for (FaultCode code : FaultCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return other;
    }

    private static RunFrame.End end(Frame.End end) {
        return new RunFrame.End(
                end.reason().equals("length") ? RunFrame.EndReason.LENGTH : RunFrame.EndReason.STOP,
                end.promptTokens(),
                end.cachedTokens(),
                duration(end.promptMillis()),
                end.answerTokens(),
                duration(end.answerMillis()));
    }

    private static Duration duration(double millis) {
        return Duration.ofNanos(Math.round(millis * 1e6));
    }

    private static List<Integer> orEmpty(@Nullable List<Integer> ids) {
        return ids == null ? List.of() : ids;
    }

    private static @Nullable List<RunMessage.Message> messages(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Chat(var messages, _) ->
                    messages.stream()
                            .map(turn -> new RunMessage.Message(turn.role(), turn.content()))
                            .toList();
            case Prompt.Raw _ -> null;
        };
    }

    private static @Nullable String text(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Chat(_, var plain) -> plain.orElse(null);
            case Prompt.Raw(var text) -> text;
        };
    }

    private static RunMessage.Options options(SamplingOptions options) {
        return new RunMessage.Options(
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
                options.stop(),
                format(options.format()),
                options.named().stream().sorted().toList());
    }

    private static @Nullable JsonNode format(OutputFormat format) {
        return switch (format) {
            case OutputFormat.Text() -> null;
            case OutputFormat.Json() -> WireJson.mapper().valueToTree("json");
            case OutputFormat.Schema(var json) -> WireJson.mapper().readTree(json);
        };
    }
}
