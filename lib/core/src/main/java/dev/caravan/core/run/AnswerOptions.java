package dev.caravan.core.run;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What belongs to an answer beside the choice of its tokens.
 *
 * @param thinking empty: the model cannot reason apart from its answer
 * @param topLogprobs present: probabilities of tokens are told, and of so many alternatives to each
 *     (0 to 20)
 * @param truncate whether a conversation that is too long loses its oldest messages; else it is
 *     refused
 * @param shift whether an answer goes on where the context is full, the oldest tokens being
 *     forgotten; else it ends
 * @param renderOnly the rendered prompt is wanted, not an answer
 * @param contextLimit tokens of context that the client asked for; the replica may have more
 */
public record AnswerOptions(
        Optional<Thinking> thinking,
        OptionalInt topLogprobs,
        boolean truncate,
        boolean shift,
        boolean renderOnly,
        OptionalInt contextLimit) {

    public static final AnswerOptions DEFAULTS =
            new AnswerOptions(
                    Optional.empty(), OptionalInt.empty(), true, true, false, OptionalInt.empty());

    /** The same for a client that asked for so much context. */
    public AnswerOptions within(OptionalInt context) {
        return new AnswerOptions(thinking, topLogprobs, truncate, shift, renderOnly, context);
    }
}
