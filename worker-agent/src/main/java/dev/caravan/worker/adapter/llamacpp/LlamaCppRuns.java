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
                    new Embeddings(engine, texts, limit)
                            .embed(text)
                            .collectList()
                            .flatMapMany(
                                    made ->
                                            Flux.fromIterable(made)
                                                    .startWith(answers.head(run, new int[0])));
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

    private Flux<RunFrame> instruction(LlamaCppRun run, Prompt.Instruction said) {
        return new ContextTeller(texts, run.resume()).tell(instructed(run, said));
    }

    private Flux<RunFrame> instructed(LlamaCppRun run, Prompt.Instruction said) {
        List<Integer> before = said.context().orElse(List.of());
        if (!said.suffix().isEmpty()) {
            String gap = go.fillIn(said, run.answer().thinking());
            return text(run, gap, said.images(), before);
        }
        Conversation conversation =
                new Conversation(defaults.around(said), List.of(), run.answer().thinking());
        if (said.template().isPresent()) {
            String prompt = go.render(said.template().get(), conversation.withNamedImages());
            return text(run, prompt, said.images(), before);
        }
        if (!spec.model().templated() && go.render(conversation).isEmpty()) {
            String named = MediaMarks.named(said.text(), said.images().size(), 0);
            return text(run, named, said.images(), before);
        }
        return before.isEmpty()
                ? conversation(run, conversation)
                : rendered(conversation)
                        .flatMapMany(prompt -> text(run, prompt, textMedia(conversation), before));
    }

    /** In Ollama a chat for no token gives one. */
    private static LlamaCppRun atLeastOneToken(LlamaCppRun run) {
        return new LlamaCppRun(
                run.options().withPredict(1), run.answer(), run.seed(), run.fit(), run.resume());
    }

    private Flux<RunFrame> conversation(LlamaCppRun run, Conversation whole) {
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

    private Flux<RunFrame> made(LlamaCppRun run, ContextFit.Fitted ready) {
        Conversation conversation = ready.conversation();
        Optional<ThinkingTags> tags = go.thinkingTags(conversation);
        if (!isReadHere(conversation, tags.isPresent())) {
            return answers.chat(run, ready);
        }
        if (run.resume().isPresent() && !conversation.tools().isEmpty()) {
            return Flux.error(LlamaCppAnswers.notResumable("tools"));
        }
        Reading reading =
                tags.<Reading>map(known -> new Reading.Tagged(known, ready.prompt())).orElse(PLAIN);
        Start start = start(ready.ids(), ready.prompt(), conversation.media());
        return go.withCalls(answers.completion(run, start, reading), conversation);
    }

    /** Whether the engine need not read the answer for calls and reasoning. */
    private boolean isReadHere(Conversation conversation, boolean knowsTags) {
        boolean more = conversation.hasCallsOrMedia();
        return go.render(conversation).isPresent()
                ? !(more && spec.model().templated())
                : !conversation.needsParser() || knowsTags && !more;
    }

    /** What the engine's own template makes of images is not to be named in a text. */
    private List<String> textMedia(Conversation conversation) {
        return go.render(conversation).isPresent() ? conversation.media() : List.of();
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

    /** Text that goes to the model as it stands, behind tokens of turns before it. */
    private Flux<RunFrame> text(
            LlamaCppRun run, String text, List<String> images, List<Integer> before) {
        if (run.answer().renderOnly()) {
            return rendered(text, images.size());
        }
        Mono<int[]> ids =
                before.isEmpty()
                        ? texts.promptTokens(text)
                        : texts.furtherTokens(text)
                                .map(more -> LlamaCppAnswers.joined(before, more));
        return ids.map(
                        all ->
                                run.fit()
                                        .cut(
                                                all,
                                                run.options().keep(),
                                                run.answer().truncate() && run.answer().shift()))
                .flatMapMany(all -> answers.completion(run, start(all, text, images), PLAIN));
    }

    /** The seed in effect: drawn here where none is asked for, so that it can be told. */
    private static long seed(long asked) {
        return asked < 0
                ? ThreadLocalRandom.current().nextLong(SEEDS - 1)
                : Math.floorMod(asked, SEEDS);
    }
}
