package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Vectors of texts. A text that is too long is cut by tokens, the one that ends it kept. */
final class Embeddings {

    private static final int REFUSED = 400;
    private static final String TOO_LONG = "the input length exceeds the context length";

    private final EngineHttp engine;
    private final EngineTexts texts;
    private final int context;

    /**
     * @param context tokens of the longest text
     */
    Embeddings(EngineHttp engine, EngineTexts texts, int context) {
        this.engine = engine;
        this.texts = texts;
        this.context = context;
    }

    private record Answer(@Nullable List<Entry> data, @Nullable Usage usage) {}

    private record Entry(float[] embedding) {}

    private record Usage(int prompt_tokens) {}

    /** A vector and the end. */
    Flux<RunFrame> embed(Prompt.Embedding wish) {
        return texts.promptTokens(wish.text())
                .flatMap(ids -> fitting(wish, ids))
                .flatMap(ids -> engine.post("/v1/embeddings", body(wish, ids)))
                .onErrorMap(EngineRefusal.class, Embeddings::inItsWords)
                .map(body -> EngineJson.MAPPER.readValue(body, Answer.class))
                .flatMapIterable(Embeddings::frames);
    }

    private Mono<int[]> fitting(Prompt.Embedding wish, int[] ids) {
        if (ids.length <= context) {
            return Mono.just(ids);
        }
        return wish.truncate()
                ? texts.plainTokens(wish.text()).map(plain -> cut(ids, plain))
                : Mono.error(new EngineRefusal(REFUSED, TOO_LONG));
    }

    private int[] cut(int[] ids, int[] plain) {
        int[] cut = Arrays.copyOf(ids, context);
        int last = ids[ids.length - 1];
        if (plain.length > 0 && plain[plain.length - 1] != last) {
            cut[context - 1] = last;
        }
        return cut;
    }

    private static byte[] body(Prompt.Embedding wish, int[] ids) {
        Map<String, Object> body = new HashMap<>();
        body.put("input", ids.length == 0 ? wish.text() : ids);
        if (!wish.scaled()) {
            body.put("embd_normalize", -1);
        }
        return EngineJson.MAPPER.writeValueAsBytes(body);
    }

    private static List<RunFrame> frames(Answer answer) {
        float[] vector =
                answer.data() == null || answer.data().isEmpty()
                        ? new float[0]
                        : answer.data().getFirst().embedding();
        int tokens = answer.usage() == null ? 0 : answer.usage().prompt_tokens();
        return List.of(
                new RunFrame.Vector(vector),
                new RunFrame.End(
                        RunFrame.EndReason.STOP, tokens, 0, Duration.ZERO, 0, Duration.ZERO));
    }

    private record Failure(@Nullable Detail error) {}

    private record Detail(@Nullable String message) {}

    /** Here Ollama tells the engine's message alone, not its JSON. */
    private static EngineRefusal inItsWords(EngineRefusal refusal) {
        String text = String.valueOf(refusal.getMessage());
        try {
            Detail detail = EngineJson.MAPPER.readValue(text, Failure.class).error();
            return detail == null || detail.message() == null
                    ? refusal
                    : new EngineRefusal(refusal.status(), detail.message());
        } catch (JacksonException plain) {
            return refusal;
        }
    }
}
