package dev.caravan.core.run;

import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.List;

/**
 * What a replica answers: one {@link Head}, then {@link Piece}s numbered from 0, then one {@link
 * End} or {@link Fail}. Token ids are in the pieces because a broken answer can only be resumed
 * exactly by ids.
 */
public sealed interface RunFrame {

    /**
     * @param build of the engine that answers
     * @param seed in effect; negative where the engine drew its own and does not tell
     * @param promptTokens tokens of the rendered prompt
     * @param promptIds their ids, so that an answer can be resumed on another replica
     */
    record Head(String build, String replica, long seed, int promptTokens, List<Integer> promptIds)
            implements RunFrame {
        public Head {
            promptIds = List.copyOf(promptIds);
        }
    }

    /** While the prompt is evaluated: tokens done of all its tokens. */
    record Progress(int processed, int total) implements RunFrame {}

    /**
     * @param ids of the tokens that make up the text
     * @param idsComplete false where the engine held some ids back and they could not be found out,
     *     or tells none
     * @param thinking text of the model's reasoning, where the engine tells it apart; else empty
     */
    record Piece(
            long sequence, String text, List<Integer> ids, boolean idsComplete, String thinking)
            implements RunFrame {
        public Piece {
            ids = List.copyOf(ids);
        }

        public Piece(long sequence, String text, List<Integer> ids, boolean idsComplete) {
            this(sequence, text, ids, idsComplete, "");
        }
    }

    /**
     * @param promptTokens evaluated or taken from the cache
     * @param cachedTokens of them, from the cache
     */
    record End(
            EndReason reason,
            int promptTokens,
            int cachedTokens,
            Duration promptTime,
            int answerTokens,
            Duration answerTime)
            implements RunFrame {}

    /** The answer broke off. {@code repeatable}: asking another replica may help. */
    record Fail(FaultCode code, String message, boolean repeatable) implements RunFrame {}

    /** Why an answer ended well. */
    enum EndReason {
        /** The model said it was done, or a stop word came. */
        STOP,
        /** The most tokens were made, or the context was full. */
        LENGTH
    }
}
