package dev.caravan.core.run;

import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
     * @param resumed how it goes on behind the part of the answer that was told before; empty: it
     *     starts at the prompt
     */
    record Head(
            String build,
            String replica,
            long seed,
            int promptTokens,
            List<Integer> promptIds,
            Optional<Resumed> resumed)
            implements RunFrame {
        public Head {
            promptIds = List.copyOf(promptIds);
        }

        public Head(
                String build,
                String replica,
                long seed,
                int promptTokens,
                List<Integer> promptIds) {
            this(build, replica, seed, promptTokens, promptIds, Optional.empty());
        }
    }

    /**
     * @param tokens of the answer it goes on behind; what was told beyond them is made again and
     *     left out
     * @param byIds whether these are the tokens that were told; else the text was tokenized again
     */
    record Resumed(int tokens, boolean byIds) {}

    /** While the prompt is evaluated: tokens done of all its tokens. */
    record Progress(int processed, int total) implements RunFrame {}

    /**
     * @param ids of the tokens that make up the text
     * @param idsComplete false where the engine held some ids back and they could not be found out,
     *     or tells none
     * @param thinking text of the model's reasoning, where the engine tells it apart; else empty
     * @param toolCalls whole calls, each told once
     * @param logprobs of its tokens, where they were asked for
     */
    record Piece(
            long sequence,
            String text,
            List<Integer> ids,
            boolean idsComplete,
            String thinking,
            List<ToolCall> toolCalls,
            List<Logprob> logprobs)
            implements RunFrame {
        public Piece {
            ids = List.copyOf(ids);
            toolCalls = List.copyOf(toolCalls);
            logprobs = List.copyOf(logprobs);
        }

        public Piece(
                long sequence,
                String text,
                List<Integer> ids,
                boolean idsComplete,
                String thinking) {
            this(sequence, text, ids, idsComplete, thinking, List.of(), List.of());
        }

        /** The same with the probabilities of its own tokens alone. */
        public Piece withoutAlternatives() {
            return new Piece(
                    sequence,
                    text,
                    ids,
                    idsComplete,
                    thinking,
                    toolCalls,
                    logprobs.stream().map(Logprob::alone).toList());
        }

        /** Whether it has nothing that a client is told. */
        public boolean isSilent() {
            return text.isEmpty()
                    && thinking.isEmpty()
                    && toolCalls.isEmpty()
                    && logprobs.isEmpty();
        }

        public Piece(long sequence, String text, List<Integer> ids, boolean idsComplete) {
            this(sequence, text, ids, idsComplete, "");
        }
    }

    /**
     * @param promptTokens evaluated or taken from the cache
     * @param cachedTokens of them, from the cache
     * @param context ids of prompt and answer, where the prompt was one instruction and they are
     *     known; else empty
     * @param continued whether replicas were lost on the way; empty: none was
     */
    record End(
            EndReason reason,
            int promptTokens,
            int cachedTokens,
            Duration promptTime,
            int answerTokens,
            Duration answerTime,
            List<Integer> context,
            Optional<Continued> continued)
            implements RunFrame {
        public End {
            context = List.copyOf(context);
        }

        public End(
                EndReason reason,
                int promptTokens,
                int cachedTokens,
                Duration promptTime,
                int answerTokens,
                Duration answerTime) {
            this(
                    reason,
                    promptTokens,
                    cachedTokens,
                    promptTime,
                    answerTokens,
                    answerTime,
                    List.of(),
                    Optional.empty());
        }

        public End withContext(List<Integer> ids) {
            return new End(
                    reason,
                    promptTokens,
                    cachedTokens,
                    promptTime,
                    answerTokens,
                    answerTime,
                    ids,
                    continued);
        }

        /** The same of an answer with so many tokens before and in it. */
        public End of(int prompt, int answer) {
            return new End(
                    reason,
                    prompt,
                    Math.min(cachedTokens, prompt),
                    promptTime,
                    answer,
                    answerTime,
                    context,
                    continued);
        }

        /** The same of an answer that had parts before, whose times are added. */
        public End after(Duration morePrompt, Duration moreAnswer, Continued how) {
            return new End(
                    reason,
                    promptTokens,
                    cachedTokens,
                    promptTime.plus(morePrompt),
                    answerTokens,
                    answerTime.plus(moreAnswer),
                    context,
                    Optional.of(how));
        }
    }

    /** The rendered prompt, where it was asked for instead of an answer. */
    record Rendered(String prompt, int images) implements RunFrame {}

    /** The vector of a text, where it was asked for; nobody changes its numbers. */
    record Vector(float[] values) implements RunFrame {}

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
