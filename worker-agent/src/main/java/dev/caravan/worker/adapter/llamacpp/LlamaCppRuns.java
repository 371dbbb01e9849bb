package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.prompt.PromptTemplates;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Generations on one engine. The template makes the prompt's text and the tokenizer its ids; then
 * the completion is asked by ids, so that the ids of the whole answer are known and it can be
 * resumed elsewhere. Where the answer has to be read for thinking or tool calls, or the prompt has
 * images, the engine's chat route is asked instead, which tells no ids.
 */
final class LlamaCppRuns {

    private static final long SEEDS = 1L << 32;

    private final EngineSpec spec;
    private final String build;
    private final EngineHttp engine;
    private final EngineTexts texts;
    private final ModelDefaults defaults;
    private final GoPrompts go;

    LlamaCppRuns(EngineSpec spec, String build, EngineHttp engine, PromptTemplates templates) {
        this.spec = spec;
        this.build = build;
        this.engine = engine;
        this.texts = new EngineTexts(engine);
        this.defaults = ModelDefaults.of(spec.model());
        this.go = new GoPrompts(spec.model(), templates);
    }

    /**
     * One answer being made.
     *
     * @param options with the model's own
     * @param seed in effect; 0 to 2^32 - 1
     * @param fit to the tokens of context it has
     */
    private record Run(SamplingOptions options, AnswerOptions answer, long seed, ContextFit fit) {

        int predict(int promptTokens) {
            int most = SamplingJson.predict(options.predict(), fit.context());
            return answer.shift() ? most : Math.min(most, fit.context() - promptTokens);
        }

        int probabilities() {
            return answer.topLogprobs().orElse(-1);
        }

        /** The engine tells one alternative at least, the token itself. */
        RunFrame told(RunFrame frame) {
            return probabilities() == 0 && frame instanceof RunFrame.Piece piece
                    ? piece.withoutAlternatives()
                    : frame;
        }
    }

    Flux<RunFrame> run(EngineRequest request) {
        SamplingOptions options = request.options().orElse(defaults.options());
        int context = spec.contextLength();
        int limit = Math.min(request.answer().contextLimit().orElse(context), context);
        Run run = new Run(options, request.answer(), seed(options.seed()), new ContextFit(limit));
        return switch (request.prompt()) {
            case Prompt.Embedding text ->
                    new Embeddings(engine, texts, limit)
                            .embed(text)
                            .collectList()
                            .flatMapMany(
                                    made ->
                                            Flux.fromIterable(made)
                                                    .startWith(head(run, new int[0])));
            case Prompt.Raw raw -> text(run, raw.text(), raw.images(), List.of());
            case Prompt.Instruction said -> instruction(run, said);
            case Prompt.Chat chat ->
                    conversation(
                            run.options().predict() == 0 ? atLeastOneToken(run) : run,
                            new Conversation(
                                    defaults.around(chat.messages()),
                                    chat.tools(),
                                    request.answer().thinking()));
        };
    }

    private Flux<RunFrame> instruction(Run run, Prompt.Instruction said) {
        return new ContextTeller(texts).tell(instructed(run, said));
    }

    private Flux<RunFrame> instructed(Run run, Prompt.Instruction said) {
        List<Integer> before = said.context().orElse(List.of());
        if (!said.suffix().isEmpty()) {
            String gap = go.fillIn(said, run.answer().thinking());
            return text(run, gap, said.images(), before);
        }
        Conversation conversation =
                new Conversation(defaults.around(said), List.of(), run.answer().thinking());
        if (said.template().isPresent()) {
            String prompt = go.render(said.template().get(), conversation);
            return text(run, prompt, said.images(), before);
        }
        if (!spec.model().templated() && go.render(conversation).isEmpty()) {
            return text(run, said.text(), said.images(), before);
        }
        return before.isEmpty()
                ? conversation(run, conversation)
                : rendered(conversation)
                        .flatMapMany(prompt -> text(run, prompt, List.of(), before));
    }

    /** In Ollama a chat for no token gives one. */
    private static Run atLeastOneToken(Run run) {
        return new Run(run.options().withPredict(1), run.answer(), run.seed(), run.fit());
    }

    private Flux<RunFrame> conversation(Run run, Conversation whole) {
        Mono<ContextFit.Fitted> fitted =
                run.answer().truncate() ? run.fit().fit(whole, this::fitted) : fitted(whole);
        return fitted.flatMapMany(
                ready -> {
                    if (run.answer().renderOnly()) {
                        return rendered(ready.prompt(), ready.conversation().images());
                    }
                    if (run.fit().context() < spec.contextLength()
                            && !run.fit().holds(ready.ids().length)) {
                        return Flux.error(run.fit().refusal(ready.ids().length));
                    }
                    return made(run, ready);
                });
    }

    private Flux<RunFrame> made(Run run, ContextFit.Fitted ready) {
        Conversation conversation = ready.conversation();
        if (!conversation.needsParser()) {
            return completion(run, ready.ids(), ready.prompt(), List.of());
        }
        if (go.render(conversation).isEmpty()) {
            return chat(run, ready);
        }
        if (conversation.hasCallsOrMedia() && spec.model().templated()) {
            return chat(run, ready);
        }
        if (conversation.images() > 0) {
            return Flux.error(unread());
        }
        Flux<RunFrame> answer = completion(run, ready.ids(), ready.prompt(), List.of());
        return go.withCalls(
                go.thinkingTags(conversation)
                        .map(tags -> ThoughtSplitter.split(answer, tags, ready.prompt()))
                        .orElse(answer),
                conversation);
    }

    private CaravanException unread() {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "images: model %s has a Go template and its file no chat template (expected: an agent with an adopted Ollama, which takes them)"
                        .formatted(spec.alias()));
    }

    private Mono<ContextFit.Fitted> fitted(Conversation conversation) {
        return rendered(conversation)
                .flatMap(
                        prompt ->
                                texts.promptTokens(prompt)
                                        .map(
                                                ids ->
                                                        new ContextFit.Fitted(
                                                                conversation, prompt, ids)));
    }

    /** The one place where a conversation becomes a prompt. */
    private Mono<String> rendered(Conversation conversation) {
        return go.render(conversation)
                .map(Mono::just)
                .orElseGet(() -> texts.rendered(conversation));
    }

    private static Flux<RunFrame> rendered(String prompt, int images) {
        return Flux.just(new RunFrame.Rendered(prompt, images), nothing(0));
    }

    /** Text that goes to the model as it stands, behind tokens of turns before it. */
    private Flux<RunFrame> text(Run run, String text, List<String> images, List<Integer> before) {
        if (run.answer().renderOnly()) {
            return rendered(text, images.size());
        }
        Mono<int[]> ids =
                before.isEmpty()
                        ? texts.promptTokens(text)
                        : texts.furtherTokens(text).map(more -> joined(before, more));
        return ids.map(
                        all ->
                                run.fit()
                                        .cut(
                                                all,
                                                run.options().keep(),
                                                run.answer().truncate() && run.answer().shift()))
                .flatMapMany(all -> completion(run, all, text, images));
    }

    private static int[] joined(List<Integer> before, int[] more) {
        int[] all = new int[before.size() + more.length];
        Arrays.setAll(
                all,
                index -> index < before.size() ? before.get(index) : more[index - before.size()]);
        return all;
    }

    private Flux<RunFrame> completion(Run run, int[] ids, String text, List<String> images) {
        RunFrame head = head(run, ids);
        if (run.options().predict() == 0) {
            // The engine takes a prediction of 0 for one token here and none there.
            return Flux.just(head, nothing(ids.length));
        }
        byte[] body =
                CompletionBody.of(
                        new CompletionBody.Start(ids, text, images),
                        run.options(),
                        run.seed(),
                        run.predict(ids.length),
                        run.probabilities());
        FrameAssembler assembler = new FrameAssembler(texts::plainTokens);
        return answer("/completion", body, head, Optional.of(assembler)).map(run::told);
    }

    private Flux<RunFrame> chat(Run run, ContextFit.Fitted ready) {
        byte[] body =
                ChatCompletionBody.of(
                        ready.conversation(),
                        run.options(),
                        run.seed(),
                        Math.max(1, run.predict(ready.ids().length)),
                        run.probabilities());
        return answer("/v1/chat/completions", body, head(run, ready.ids()), Optional.empty())
                .map(run::told);
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

    private RunFrame head(Run run, int[] ids) {
        return new RunFrame.Head(
                build,
                spec.id().value(),
                run.seed(),
                ids.length,
                Arrays.stream(ids).boxed().toList());
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
}
