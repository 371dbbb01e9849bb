package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.Thinking;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a request wants of its answer beside the choice of tokens, as far as it can be read before
 * the model is known.
 *
 * @param topLogprobs present: probabilities are wanted
 */
record AnswerWishes(
        Optional<Thinking> thinking,
        OptionalInt topLogprobs,
        boolean truncate,
        boolean shift,
        boolean renderOnly) {

    private static final int MOST_ALTERNATIVES = 20;

    static AnswerWishes read(GoObject body) {
        Optional<Thinking> thinking = Thinkings.read(body);
        long top = body.integer("top_logprobs").orElse(0L);
        if (top < 0 || top > MOST_ALTERNATIVES) {
            throw Refusals.invalid("top_logprobs must be between 0 and 20");
        }
        return new AnswerWishes(
                thinking,
                body.flag("logprobs").orElse(false)
                        ? OptionalInt.of((int) top)
                        : OptionalInt.empty(),
                body.flag("truncate").orElse(true),
                body.flag("shift").orElse(true),
                body.flag("_debug_render_only").orElse(false));
    }

    /**
     * @param sent the model as the client spelt it
     */
    AnswerOptions of(ModelEntry model, String sent) {
        return new AnswerOptions(
                Thinkings.of(thinking, model, sent),
                topLogprobs,
                truncate,
                shift,
                renderOnly,
                OptionalInt.empty());
    }
}
