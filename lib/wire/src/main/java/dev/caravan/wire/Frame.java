package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One NDJSON line of an answer; see {@link FrameCodec} for the lines themselves. Times are
 * milliseconds with fractions.
 */
public sealed interface Frame {

    /**
     * First line: {@code {"head":{..}}}.
     *
     * @param resumed absent: the answer starts at the prompt
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Head(
            String build,
            String replicaId,
            long seed,
            int promptTokens,
            List<Integer> promptIds,
            @Nullable Resumed resumed)
            implements Frame {}

    /**
     * @param tokens of the answer it goes on behind
     * @param byIds whether these are the ones that were told before
     */
    record Resumed(int tokens, boolean byIds) {}

    /**
     * While the prompt is evaluated: {@code {"progress":{"processed":512,"total":4096}}}; tokens. 0
     * of 0 says only that whoever answers is there.
     */
    record Progress(int processed, int total) implements Frame {}

    /**
     * {@code {"seq":17,"text":" the","ids":[262],"idsComplete":true}}.
     *
     * @param thinking text of the model's reasoning; left out of the line where it is empty
     * @param toolCalls left out where there are none
     * @param logprobs left out where there are none
     */
    record Piece(
            long seq,
            String text,
            int[] ids,
            boolean idsComplete,
            String thinking,
            List<ToolCall> toolCalls,
            List<Logprob> logprobs)
            implements Frame {
        public Piece(long seq, String text, int[] ids, boolean idsComplete, String thinking) {
            this(seq, text, ids, idsComplete, thinking, List.of(), List.of());
        }

        public Piece(long seq, String text, int[] ids, boolean idsComplete) {
            this(seq, text, ids, idsComplete, "");
        }
    }

    /**
     * Last line of an answer that ended well: {@code {"end":{..}}}.
     *
     * @param reason "stop" or "length"
     * @param context ids of prompt and answer, of an instruction; absent: not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record End(
            String reason,
            int promptTokens,
            int cachedTokens,
            double promptMillis,
            int answerTokens,
            double answerMillis,
            @Nullable List<Integer> context)
            implements Frame {
        public End(
                String reason,
                int promptTokens,
                int cachedTokens,
                double promptMillis,
                int answerTokens,
                double answerMillis) {
            this(
                    reason,
                    promptTokens,
                    cachedTokens,
                    promptMillis,
                    answerTokens,
                    answerMillis,
                    null);
        }
    }

    /** The prompt that was asked for: {@code {"rendered":{"prompt":"..","images":0}}}. */
    record Rendered(String prompt, int images) implements Frame {}

    /** The vector that was asked for: {@code {"vector":{"values":[..]}}}. */
    record Vector(float[] values) implements Frame {}

    /** Last line of one that broke: {@code {"fail":{..}}}. */
    record Fail(String code, String message, boolean repeatable) implements Frame {}
}
