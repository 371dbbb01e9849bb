package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.EngineRefusal;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Makes prompts fit a context, by Ollama's rules: conversations lose their oldest messages, other
 * texts their beginning behind the tokens that are to be kept.
 *
 * @param context tokens that prompt and answer have room for
 */
record ContextFit(int context) {

    /** Ollama's text. */
    private static final String TOO_LONG =
            "the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length";

    /** What Ollama takes an image to need. */
    private static final int TOKENS_PER_IMAGE = 768;

    private static final int REFUSED = 400;

    /** A conversation, the prompt it makes, and that prompt's tokens. */
    record Fitted(Conversation conversation, String prompt, int[] ids) {
        int tokens() {
            return ids.length + conversation.images() * TOKENS_PER_IMAGE;
        }
    }

    boolean holds(int tokens) {
        return tokens < context;
    }

    /**
     * The longest end of the conversation that fits, system messages always kept; where nothing
     * fits, the shortest there is. The number of messages to drop is searched for by halves, since
     * each look renders and tokenizes the prompt anew.
     */
    Mono<Fitted> fit(Conversation whole, Function<Conversation, Mono<Fitted>> renderer) {
        return renderer.apply(whole)
                .flatMap(
                        fitted ->
                                holds(fitted.tokens()) || whole.droppable() == 0
                                        ? Mono.just(fitted)
                                        : search(whole, 1, whole.droppable(), renderer));
    }

    private Mono<Fitted> search(
            Conversation whole,
            int least,
            int most,
            Function<Conversation, Mono<Fitted>> renderer) {
        int middle = (least + most) / 2;
        return renderer.apply(whole.without(middle))
                .flatMap(
                        fitted -> {
                            if (least == most) {
                                return Mono.just(fitted);
                            }
                            return holds(fitted.tokens())
                                    ? search(whole, least, middle, renderer)
                                    : search(whole, middle + 1, most, renderer);
                        });
    }

    /**
     * The first tokens and the last: those to keep, and half of what the context has beside them,
     * so that there is room for an answer before the engine itself has to drop some.
     *
     * @param keep tokens of the beginning; negative: as many as possible
     * @param may whether it may be cut
     * @throws EngineRefusal where it may not
     */
    int[] cut(int[] ids, int keep, boolean may) {
        if (holds(ids.length)) {
            return ids;
        }
        if (!may) {
            throw new EngineRefusal(REFUSED, TOO_LONG);
        }
        int first = Math.min(keep < 0 ? ids.length : keep, context - 1);
        int room = context - Math.max((context - first) / 2, 1);
        int[] cut = new int[room];
        System.arraycopy(ids, 0, cut, 0, first);
        System.arraycopy(ids, ids.length - (room - first), cut, first, room - first);
        return cut;
    }

    /** What the engine says of a prompt that is longer than its context. */
    EngineRefusal refusal(int tokens) {
        return new EngineRefusal(
                REFUSED,
                "{\"error\":{\"code\":400,\"message\":\"request (%d tokens) exceeds the available context size (%d tokens), try increasing it\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":%d,\"n_ctx\":%d}}"
                        .formatted(tokens, context, tokens, context));
    }
}
