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

/** Vectors of texts. A text that is too long is cut by tokens. */
final class Embeddings {

    private static final int REFUSED = 400;
    private static final String NO_ROOM = "input after truncation exceeds maximum context length";

    /** Room that Ollama leaves for a token before and one behind a text. */
    private static final int EDGES = 2;

    private static final String TOO_LONG = "the input length exceeds the context length";

    private final EngineHttp engine;
    private final EngineTexts texts;
    private final int context;
    private final boolean raw;

    /**
     * @param context tokens of the longest text
     * @param raw whether the older route gives vectors of this model as they are computed
     */
    Embeddings(EngineHttp engine, EngineTexts texts, int context, boolean raw) {
        this.engine = engine;
        this.texts = texts;
        this.context = context;
        this.raw = raw;
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
        int room = context - EDGES;
        return ids.length <= room
                ? Mono.just(ids)
                : texts.furtherTokens(wish.text())
                        .flatMap(plain -> plain.length <= room ? Mono.just(ids) : cut(wish, plain));
    }

    private Mono<int[]> cut(Prompt.Embedding wish, int[] plain) {
        if (!wish.truncate()) {
            return Mono.error(new EngineRefusal(REFUSED, TOO_LONG));
        }
        if (context <= EDGES) {
            return Mono.error(new EngineRefusal(REFUSED, NO_ROOM));
        }
        List<Integer> kept = Arrays.stream(plain, 0, context - EDGES).boxed().toList();
        return texts.text(kept).flatMap(texts::promptTokens);
    }

    private byte[] body(Prompt.Embedding wish, int[] ids) {
        Map<String, Object> body = new HashMap<>();
        body.put("input", ids.length == 0 ? wish.text() : ids);
        if (!wish.scaled() && raw) {
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
