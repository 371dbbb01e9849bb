package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.template.Conversation;
import dev.caravan.template.Turn;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.prompt.PromptTemplates;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import tools.jackson.databind.json.JsonMapper;

/**
 * One {@code llama-server}. A generation takes three calls: the template makes the prompt's text,
 * the tokenizer its ids, and the completion is asked by ids, so that the ids of the whole answer
 * are known and it can be resumed elsewhere. Tokens come as the engine makes them; a cancel closes
 * the connection, which ends a streamed completion within some 40 ms.
 */
final class LlamaCppEngine implements RunningEngine {

    private static final JsonMapper JSON = EngineJson.MAPPER;
    private static final long SEEDS = 1L << 32;
    private static final Duration SETTLE_POLL = Duration.ofMillis(20);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(2);

    private final EngineSpec spec;
    private final LeashedProcess process;
    private final Readiness readiness;
    private final String build;
    private final String apiKey;
    private final PromptTemplates templates;
    private volatile @Nullable EngineHttp http;

    LlamaCppEngine(
            EngineSpec spec,
            LeashedProcess process,
            String build,
            String apiKey,
            Duration loadTimeout,
            PromptTemplates templates) {
        this.spec = spec;
        this.process = process;
        this.readiness = new Readiness(process.log(), loadTimeout);
        this.build = build;
        this.apiKey = apiKey;
        this.templates = templates;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Mono<String> ready() {
        return readiness
                .address(address -> new EngineHttp(address, apiKey).get("/health"))
                .doOnNext(address -> http = new EngineHttp(address, apiKey))
                .takeUntilOther(ended());
    }

    @Override
    public Mono<EngineEnd> ended() {
        return Mono.fromFuture(process::onExit)
                .map(
                        status ->
                                new EngineEnd(
                                        status.code(),
                                        "engine %s: %s"
                                                .formatted(
                                                        process.command().getFirst(),
                                                        status.describe())));
    }

    @Override
    public void stop(Duration grace) {
        var _ = grace.isZero() ? process.kill() : process.terminate(grace);
    }

    @Override
    public Flux<RunFrame> run(EngineRequest request) {
        return Flux.defer(
                () -> {
                    EngineHttp engine = http;
                    return engine == null
                            ? Flux.error(notReady())
                            : prompt(engine, request.prompt())
                                    .flatMapMany(ids -> answer(engine, ids, request.options()));
                });
    }

    private CaravanException notReady() {
        return new CaravanException(
                FaultCode.UPSTREAM_FAILED,
                "engine of replica %s: not ready (expected: a replica reported as READY)"
                        .formatted(spec.id()));
    }

    private Mono<int[]> prompt(EngineHttp engine, Prompt prompt) {
        Mono<String> text =
                switch (prompt) {
                    case Prompt.Raw(String raw) -> Mono.just(raw);
                    case Prompt.Chat(List<ChatMessage> messages, var plain) ->
                            rendered(engine, messages, plain);
                };
        return text.flatMap(whole -> tokens(engine, whole, true));
    }

    private record Rendered(String prompt) {}

    /** The one place where a conversation becomes a prompt. */
    private Mono<String> rendered(
            EngineHttp engine, List<ChatMessage> messages, Optional<String> plain) {
        Conversation conversation =
                new Conversation(
                        messages.stream()
                                .map(message -> new Turn(message.role(), message.content()))
                                .toList());
        return templates
                .render(spec.model(), conversation)
                .or(() -> plain.filter(_ -> !spec.model().templated()))
                .map(Mono::just)
                .orElseGet(() -> byEngine(engine, messages));
    }

    private static Mono<String> byEngine(EngineHttp engine, List<ChatMessage> messages) {
        return engine.post("/apply-template", JSON.writeValueAsBytes(Map.of("messages", messages)))
                .map(body -> JSON.readValue(body, Rendered.class).prompt());
    }

    private record Tokens(int[] tokens) {}

    /**
     * @param special whether the text is a prompt: special tokens are read in it and added to it
     */
    private static Mono<int[]> tokens(EngineHttp engine, String text, boolean special) {
        byte[] body =
                JSON.writeValueAsBytes(
                        Map.of("content", text, "add_special", special, "parse_special", special));
        return engine.post("/tokenize", body)
                .map(answer -> JSON.readValue(answer, Tokens.class).tokens());
    }

    private Flux<RunFrame> answer(EngineHttp engine, int[] prompt, SamplingOptions options) {
        long seed = seed(options.seed());
        RunFrame head =
                new RunFrame.Head(
                        build,
                        spec.id().value(),
                        seed,
                        prompt.length,
                        Arrays.stream(prompt).boxed().toList());
        if (options.predict() == 0) {
            // The engine takes a prediction of 0 for one token here and none there.
            return Flux.just(head, nothing(prompt.length));
        }
        byte[] body = CompletionBody.of(prompt, options, seed, spec.contextLength());
        return engine.stream(
                "/completion",
                body,
                events -> Flux.concat(Mono.just(head), frames(engine, events)));
    }

    private static RunFrame nothing(int promptTokens) {
        return new RunFrame.End(
                RunFrame.EndReason.LENGTH, promptTokens, 0, Duration.ZERO, 0, Duration.ZERO);
    }

    /** The seed in effect: drawn here where none is asked for, so that it can be told. */
    private static long seed(long asked) {
        return asked < 0
                ? ThreadLocalRandom.current().nextLong(SEEDS - 1)
                : Math.floorMod(asked, SEEDS);
    }

    private Flux<RunFrame> frames(EngineHttp engine, ByteBufFlux content) {
        EventDecoder decoder = new EventDecoder();
        FrameAssembler assembler = new FrameAssembler(text -> tokens(engine, text, false));
        return content.map(decoder::decode)
                .concatMapIterable(events -> events)
                .concatMap(assembler::accept)
                .concatWith(Flux.defer(() -> assembler.isEnded() ? Flux.empty() : cutOff("")))
                .onErrorResume(
                        cause ->
                                assembler.isEnded()
                                        ? Flux.empty()
                                        : cutOff(": " + cause.getMessage()));
    }

    private Flux<RunFrame> cutOff(String cause) {
        return Flux.just(
                new RunFrame.Fail(
                        FaultCode.UPSTREAM_FAILED,
                        "engine of replica %s: the answer ended before its end%s"
                                .formatted(spec.id(), cause),
                        true));
    }

    private record Slot(boolean is_processing) {}

    @Override
    public Mono<Void> settled(IntSupplier others) {
        EngineHttp engine = http;
        if (engine == null) {
            return Mono.empty();
        }
        return Mono.defer(() -> engine.get("/slots"))
                .map(LlamaCppEngine::working)
                .filter(working -> working <= others.getAsInt())
                .repeatWhenEmpty(again -> again.delayElements(SETTLE_POLL))
                .timeout(SETTLE_TIMEOUT)
                .onErrorComplete()
                .then();
    }

    private static long working(byte[] slots) {
        return Arrays.stream(JSON.readValue(slots, Slot[].class))
                .filter(Slot::is_processing)
                .count();
    }
}
