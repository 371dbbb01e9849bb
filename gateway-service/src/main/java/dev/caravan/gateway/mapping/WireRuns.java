package dev.caravan.gateway.mapping;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.core.run.Thinking;
import dev.caravan.core.run.TokenIds;
import dev.caravan.wire.Frame;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Requests as agents read them, frames as they answer them. */
public final class WireRuns {

    private static final long FOREVER = -1;

    private WireRuns() {}

    public static RunMessage message(RunRequest request, String replicaId) {
        Prompt prompt = request.prompt();
        return new RunMessage(
                request.id(),
                replicaId,
                request.digest().hex(),
                request.model().display(),
                WirePrompts.messages(prompt),
                WirePrompts.text(prompt),
                options(request.options()),
                millis(request.keepAlive()),
                WirePrompts.more(prompt),
                WirePrompts.tools(prompt),
                answer(request.answer()),
                WirePrompts.embed(prompt),
                request.resume().map(WireRuns::resume).orElse(null));
    }

    private static RunMessage.Resume resume(ResumePoint point) {
        return new RunMessage.Resume(
                point.byIds() ? point.promptIds() : null,
                point.byIds() ? point.ids() : null,
                point.text(),
                point.thinking().isEmpty() ? null : point.thinking(),
                point.answered());
    }

    private static RunMessage.@Nullable Answer answer(AnswerOptions answer) {
        return answer.equals(AnswerOptions.DEFAULTS)
                ? null
                : new RunMessage.Answer(
                        answer.thinking().map(Thinking::on).orElse(null),
                        answer.thinking()
                                .map(Thinking::level)
                                .filter(level -> !level.isEmpty())
                                .orElse(null),
                        number(answer.topLogprobs()),
                        answer.truncate(),
                        answer.shift(),
                        answer.renderOnly(),
                        number(answer.contextLimit()));
    }

    /** How an engine is to be started; absent where nothing is said. */
    public static dev.caravan.wire.@Nullable LoadOptions loading(LoadOptions wishes) {
        return wishes.equals(LoadOptions.NONE)
                ? null
                : new dev.caravan.wire.LoadOptions(
                        number(wishes.batch()),
                        number(wishes.gpuLayers()),
                        number(wishes.mainGpu()),
                        number(wishes.threads()),
                        wishes.mmap().orElse(null));
    }

    private static @Nullable Integer number(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
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
            case Frame.Piece piece -> piece(piece);
            case Frame.Rendered(var prompt, var images) -> new RunFrame.Rendered(prompt, images);
            case Frame.Vector(var values) -> new RunFrame.Vector(values);
            case Frame.Head(var build, var replica, var seed, var tokens, var ids, var resumed) ->
                    new RunFrame.Head(
                            build,
                            replica,
                            seed,
                            tokens,
                            orEmpty(ids),
                            Optional.ofNullable(resumed)
                                    .map(how -> new RunFrame.Resumed(how.tokens(), how.byIds())));
            case Frame.Progress(var processed, var total) ->
                    new RunFrame.Progress(processed, total);
            case Frame.End end -> end(end);
            case Frame.Fail(var code, var message, var repeatable) ->
                    new RunFrame.Fail(fault(code, FaultCode.UPSTREAM_FAILED), message, repeatable);
        };
    }

    private static RunFrame.Piece piece(Frame.Piece piece) {
        return new RunFrame.Piece(
                piece.seq(),
                piece.text(),
                TokenIds.list(piece.ids()),
                piece.idsComplete(),
                piece.thinking(),
                each(piece.toolCalls(), WirePrompts::call),
                each(piece.logprobs(), WireRuns::logprob));
    }

    /** Nearly all pieces have none. */
    private static <T, R> List<R> each(List<T> all, Function<T, R> mapping) {
        return all.isEmpty() ? List.of() : all.stream().map(mapping).toList();
    }

    private static Logprob logprob(dev.caravan.wire.Logprob told) {
        return new Logprob(
                told.token(),
                told.logprob(),
                told.top() == null
                        ? List.of()
                        : told.top().stream().map(WireRuns::logprob).toList());
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
                duration(end.answerMillis()),
                orEmpty(end.context()),
                Optional.empty());
    }

    private static Duration duration(double millis) {
        return Duration.ofNanos(Math.round(millis * 1e6));
    }

    private static List<Integer> orEmpty(@Nullable List<Integer> ids) {
        return ids == null ? List.of() : ids;
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
