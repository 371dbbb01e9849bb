package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.TokenIds;
import dev.caravan.worker.adapter.llamacpp.CompletionBody.Start;
import dev.caravan.worker.app.engine.EngineSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Asks one engine for answers to prompts that are ready, and makes frames of what it says. */
final class LlamaCppAnswers {

    private final EngineSpec spec;
    private final String build;
    private final EngineHttp engine;
    private final EngineTexts texts;

    LlamaCppAnswers(EngineSpec spec, String build, EngineHttp engine) {
        this.spec = spec;
        this.build = build;
        this.engine = engine;
        this.texts = new EngineTexts(engine);
    }

    /** By ids; a text that is completed, not a conversation that the engine has to read. */
    Flux<RunFrame> completion(LlamaCppRun run, Start start, Reading reading) {
        int most = run.predict(start.ids().length);
        if (run.resume().isPresent()) {
            return resumed(run, start, reading, run.resume().get());
        }
        RunFrame head = head(run, start.ids());
        return run.options().predict() == 0
                // The engine takes a prediction of 0 for one token here and none there.
                ? Flux.just(head, nothing(start.ids().length, 0))
                : reading.read(completed(run, start, most, head), "");
    }

    private Flux<RunFrame> completed(LlamaCppRun run, Start start, int most, RunFrame head) {
        byte[] body =
                CompletionBody.of(start, run.options(), run.seed(), most, run.probabilities());
        FrameAssembler assembler = new FrameAssembler(texts::plainTokens);
        return answer("/completion", body, head, Optional.of(assembler)).map(run::told);
    }

    private Flux<RunFrame> resumed(
            LlamaCppRun run, Start start, Reading reading, ResumePoint point) {
        if (!(run.options().format() instanceof OutputFormat.Text) || !start.media().isEmpty()) {
            return Flux.error(notResumable("format and images"));
        }
        int[] prompt = point.byIds() ? TokenIds.array(point.promptIds()) : start.ids();
        return new Resumption(texts, point, reading)
                .answer(!run.options().stop().isEmpty(), from -> rest(run, prompt, from));
    }

    /** An answer's tokens from a point on, with the figures of the whole answer. */
    private Flux<RunFrame> rest(LlamaCppRun run, int[] prompt, Resumption.Start from) {
        int[] all =
                IntStream.concat(
                                Arrays.stream(prompt),
                                from.ids().stream().mapToInt(Integer::intValue))
                        .toArray();
        int[] fitting = run.fit().cut(all, run.options().keep(), run.answer().shift());
        boolean byIds = from.byIds() && fitting.length == all.length;
        RunFrame head = head(run, prompt, Optional.of(new RunFrame.Resumed(from.counted(), byIds)));
        int left = run.predict(prompt.length) - from.counted();
        if (left <= 0) {
            return Flux.just(head, nothing(prompt.length, from.counted()));
        }
        return completed(run, new Start(fitting, "", List.of()), left, head)
                .map(
                        frame ->
                                frame instanceof RunFrame.End end
                                        ? end.of(prompt.length, from.counted() + end.answerTokens())
                                        : frame);
    }

    static CaravanException notResumable(String what) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "resume: an answer with %s cannot go on where it broke off (expected: it is made again)"
                        .formatted(what));
    }

    /** A conversation that the engine reads; it tells no ids. */
    Flux<RunFrame> chat(LlamaCppRun run, ContextFit.Fitted ready) {
        if (run.resume().isPresent()) {
            return Flux.error(notResumable("images, or calls and reasoning that the engine reads"));
        }
        byte[] body =
                ChatCompletionBody.of(
                        ready.conversation(),
                        run.options(),
                        run.seed(),
                        Math.max(1, run.predict(ready.ids().length)),
                        run.probabilities());
        RunFrame head = head(run, ready.ids());
        return answer("/v1/chat/completions", body, head, Optional.empty()).map(run::told);
    }

    /**
     * @param plain the assembler of a plain completion; empty: it is a chat completion
     */
    private Flux<RunFrame> answer(
            String path, byte[] body, RunFrame head, Optional<FrameAssembler> plain) {
        AnswerAssembler assembler =
                plain.<AnswerAssembler>map(known -> known).orElseGet(ChatAssembler::new);
        EventDecoder decoder =
                new EventDecoder(plain.isPresent() ? EventParser::parse : ChatEventParser::parse);
        return engine.stream(
                path,
                body,
                content ->
                        Flux.concat(
                                Mono.just(head),
                                content.map(decoder::decode)
                                        .concatMapIterable(events -> events)
                                        .concatMap(assembler::accept)
                                        .concatWith(Flux.defer(() -> cutOff(assembler, "")))
                                        .onErrorResume(
                                                cause ->
                                                        cutOff(
                                                                assembler,
                                                                ": " + cause.getMessage()))));
    }

    private Flux<RunFrame> cutOff(AnswerAssembler assembler, String cause) {
        return assembler.isEnded()
                ? Flux.empty()
                : Flux.just(
                        new RunFrame.Fail(
                                FaultCode.UPSTREAM_FAILED,
                                "engine of replica %s: the answer ended before its end%s"
                                        .formatted(spec.id(), cause),
                                true));
    }

    RunFrame head(LlamaCppRun run, int[] ids) {
        return head(run, ids, Optional.empty());
    }

    private RunFrame head(LlamaCppRun run, int[] ids, Optional<RunFrame.Resumed> resumed) {
        return new RunFrame.Head(
                build, spec.id().value(), run.seed(), ids.length, TokenIds.list(ids), resumed);
    }

    /** The end of an answer that has no more tokens. */
    static RunFrame nothing(int promptTokens, int answered) {
        return new RunFrame.End(
                RunFrame.EndReason.LENGTH, promptTokens, 0, Duration.ZERO, answered, Duration.ZERO);
    }
}
