package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import java.util.Optional;

/**
 * One answer being made.
 *
 * @param options with the model's own
 * @param seed in effect; 0 to 2^32 - 1
 * @param fit to the tokens of context it has
 * @param resume where it goes on
 */
record LlamaCppRun(
        SamplingOptions options,
        AnswerOptions answer,
        long seed,
        ContextFit fit,
        Optional<ResumePoint> resume) {

    int predict(int promptTokens) {
        int most = SamplingJson.predict(options.predict(), fit.context());
        return answer.shift() ? most : Math.min(most, fit.context() - promptTokens);
    }

    int probabilities() {
        return answer.topLogprobs().orElse(-1);
    }

    /** The engine tells one alternative at least, the token itself. */
    RunFrame told(RunFrame frame) {
        return probabilities() == 0 && frame instanceof RunFrame.Piece piece
                ? piece.withoutAlternatives()
                : frame;
    }
}
