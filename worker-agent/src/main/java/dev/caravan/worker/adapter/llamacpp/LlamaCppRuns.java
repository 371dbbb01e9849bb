package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.template.ThinkingTags;
import dev.caravan.worker.adapter.llamacpp.CompletionBody.Start;
import dev.caravan.worker.app.engine.EngineRequest;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.prompt.PromptTemplates;
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

    private static final Reading PLAIN = new Reading.Plain();

    private final EngineSpec spec;
    private final EngineHttp engine;
    private final EngineTexts texts;
    private final LlamaCppAnswers answers;
    private final ModelDefaults defaults;
    private final GoPrompts go;

    LlamaCppRuns(EngineSpec spec, String build, EngineHttp engine, PromptTemplates templates) {
        this.spec = spec;
        this.engine = engine;
        this.texts = new EngineTexts(engine);
        this.answers = new LlamaCppAnswers(spec, build, engine);
        this.defaults = ModelDefaults.of(spec.model());
        this.go = new GoPrompts(spec.model(), templates);
    }

    Flux<RunFrame> run(EngineRequest request) {
        SamplingOptions options = request.options().orElse(defaults.options());
        int context = spec.contextLength();
        int limit = Math.min(request.answer().contextLimit().orElse(context), context);
        LlamaCppRun run =
                new LlamaCppRun(
                        options,
                        request.answer(),
                        seed(options.seed()),
                        new ContextFit(limit),
                        request.resume());
        return switch (request.prompt()) {
            case Prompt.Embedding text ->
                    new Embeddings(engine, texts, limit, hasRawVectors())
                            .embed(text)
                            .collectList()
                            .flatMapMany(
                                    made ->
                                            Flux.fromIterable(made)
                                                    .startWith(answers.head(run, new int[0])));
            case Prompt.Raw raw -> text(run, raw.text(), raw.images());
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

    private Flux<RunFrame> instruction(LlamaCppRun run, Prompt.Instruction said) {
        Mono<String> before =
                said.context()
                        .filter(ids -> !ids.isEmpty())
                        .map(texts::text)
                        .orElseGet(() -> Mono.just(""));
        return before.flatMapMany(turns -> instruction(run, said, turns));
    }

    /**
     * @param before what the model has seen and said in turns before
     */
    private Flux<RunFrame> instruction(LlamaCppRun run, Prompt.Instruction said, String before) {
        if (!said.suffix().isEmpty()) {
            String gap = go.fillIn(said, run.answer().thinking());
            return told(run, before + gap, said.images());
        }
        Conversation conversation =
                new Conversation(defaults.around(said), List.of(), run.answer().thinking());
        if (said.template().isPresent()) {
            String prompt = go.render(said.template().get(), conversation.withNamedImages());
            return told(run, before + prompt, said.images());
        }
        if (!spec.model().templated() && !go.renders()) {
            String named = MediaMarks.named(said.text(), said.images().size(), 0);
            return told(run, before + named, said.images());
        }
        return fitted(run, conversation)
                .flatMapMany(
                        ready ->
                                before.isEmpty()
                                        ? told(run, ready.prompt(), answered(run, ready, true))
                                        : told(
                                                run,
                                                before + ready.prompt(),
                                                textMedia(ready.conversation())));
    }

    private Flux<RunFrame> told(LlamaCppRun run, String prompt, List<String> images) {
        return told(run, prompt, text(run, prompt, images));
    }

    private Flux<RunFrame> told(LlamaCppRun run, String prompt, Flux<RunFrame> answer) {
        return run.answer().renderOnly()
                ? answer
                : new ContextTeller(texts, run.resume(), prompt).tell(answer);
    }

    /** In Ollama, too, only these have vectors that are left as they are. */
    private boolean hasRawVectors() {
        return spec.model().description().family().startsWith("nomic-bert");
    }

    /** In Ollama a chat for no token gives one. */
    private static LlamaCppRun atLeastOneToken(LlamaCppRun run) {
        return new LlamaCppRun(
                run.options().withPredict(1), run.answer(), run.seed(), run.fit(), run.resume());
    }

    private Flux<RunFrame> conversation(LlamaCppRun run, Conversation whole) {
        return fitted(run, whole).flatMapMany(ready -> answered(run, ready, go.renders()));
    }

    private Mono<ContextFit.Fitted> fitted(LlamaCppRun run, Conversation whole) {
        return run.answer().truncate() ? run.fit().fit(whole, this::fitted) : fitted(whole);
    }

    /**
     * @param cuts whether a prompt that is too long loses tokens, as it does in Ollama wherever the
     *     engine gets a text and not a conversation
     */
    private Flux<RunFrame> answered(LlamaCppRun run, ContextFit.Fitted ready, boolean cuts) {
        Conversation conversation = ready.conversation();
        if (run.answer().renderOnly()) {
            return rendered(ready.prompt(), conversation.images());
        }
        Optional<ThinkingTags> tags = go.thinkingTags(conversation);
        if (!isReadHere(conversation, tags.isPresent())) {
            return whole(run, ready.ids()).flatMapMany(_ -> answers.chat(run, ready));
        }
        if (run.resume().isPresent() && !conversation.tools().isEmpty()) {
            return Flux.error(LlamaCppAnswers.notResumable("tools"));
        }
        Reading reading =
                tags.<Reading>map(known -> new Reading.Tagged(known, ready.prompt())).orElse(PLAIN);
        return (cuts ? cut(run, ready.ids()) : whole(run, ready.ids()))
                .flatMapMany(
                        ids -> {
                            Start start = start(ids, ready.prompt(), conversation.media());
                            return go.withCalls(
                                    answers.completion(run, start, reading), conversation);
                        });
    }

    /** An error where they are too many; past its own context the engine says it itself. */
    private Mono<int[]> whole(LlamaCppRun run, int[] ids) {
        return run.fit().context() < spec.contextLength() && !run.fit().holds(ids.length)
                ? Mono.error(run.fit().refusal(ids.length))
                : Mono.just(ids);
    }

    private Mono<int[]> cut(LlamaCppRun run, int[] ids) {
        if (run.fit().holds(ids.length)) {
            return Mono.just(ids);
        }
        if (!run.answer().truncate()) {
            return whole(run, ids);
        }
        int keep = run.options().keep();
        return texts.added()
                .map(
                        added ->
                                run.fit()
                                        .cut(
                                                ids,
                                                keep < 0 ? keep : keep + added,
                                                run.answer().shift()));
    }

    /** Whether the engine need not read the answer for calls and reasoning. */
    private boolean isReadHere(Conversation conversation, boolean knowsTags) {
        boolean more = conversation.hasCallsOrMedia();
        return go.renders()
                ? !(more && spec.model().templated())
                : !conversation.needsParser() || knowsTags && !more;
    }

    /** What the engine's own template makes of images is not to be named in a text. */
    private List<String> textMedia(Conversation conversation) {
        return go.renders() ? conversation.media() : List.of();
    }

    private Start start(int[] ids, String text, List<String> media) {
        return new Start(ids, MediaMarks.forEngine(text, media.size(), spec.id()), media);
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
        return go.render(conversation.withNamedImages())
                .map(Mono::just)
                .orElseGet(() -> texts.rendered(conversation));
    }

    private static Flux<RunFrame> rendered(String prompt, int images) {
        return Flux.just(new RunFrame.Rendered(prompt, images), LlamaCppAnswers.nothing(0, 0));
    }

    /** Text that goes to the model as it stands. */
    private Flux<RunFrame> text(LlamaCppRun run, String text, List<String> images) {
        if (run.answer().renderOnly()) {
            return rendered(text, images.size());
        }
        return texts.promptTokens(text)
                .flatMap(ids -> cut(run, ids))
                .flatMapMany(ids -> answers.completion(run, start(ids, text, images), PLAIN));
    }

    /** The seed in effect: drawn here where none is asked for, so that it can be told. */
    private static long seed(long asked) {
        return asked < 0
                ? ThreadLocalRandom.current().nextLong(SEEDS - 1)
                : Math.floorMod(asked, SEEDS);
    }
}
