package dev.caravan.wire;

import java.util.List;

/**
 * One NDJSON line of an answer; see {@link FrameCodec} for the lines themselves. Times are
 * milliseconds with fractions.
 */
public sealed interface Frame {

    /** First line: {@code {"head":{..}}}. */
    record Head(
            String build, String replicaId, long seed, int promptTokens, List<Integer> promptIds)
            implements Frame {}

    /**
     * While the prompt is evaluated: {@code {"progress":{"processed":512,"total":4096}}}; tokens.
     */
    record Progress(int processed, int total) implements Frame {}

    /**
     * {@code {"seq":17,"text":" the","ids":[262],"idsComplete":true}}.
     *
     * @param thinking text of the model's reasoning; left out of the line where it is empty
     */
    record Piece(long seq, String text, int[] ids, boolean idsComplete, String thinking)
            implements Frame {
        public Piece(long seq, String text, int[] ids, boolean idsComplete) {
            this(seq, text, ids, idsComplete, "");
        }
    }

    /**
     * Last line of an answer that ended well: {@code {"end":{..}}}.
     *
     * @param reason "stop" or "length"
     */
    record End(
            String reason,
            int promptTokens,
            int cachedTokens,
            double promptMillis,
            int answerTokens,
            double answerMillis)
            implements Frame {}

    /** Last line of one that broke: {@code {"fail":{..}}}. */
    record Fail(String code, String message, boolean repeatable) implements Frame {}
}
