package dev.caravan.core.run;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.Optional;

/**
 * One generation asked of the cluster, whatever dialect it came in.
 *
 * @param id travels to agent, logs and the answer's header
 * @param model the name as the client meant it
 * @param digest what is routed by
 * @param contextLength tokens of context the answer needs, already raised to a bucket
 * @param distributed how the model is to be loaded if it is not: true over several agents, false on
 *     one, empty as it fits
 * @param loading how its engine is to be started if it is not
 * @param resume where a broken answer goes on; empty: from the start
 */
public record RunRequest(
        String id,
        ModelRef model,
        ModelDigest digest,
        Prompt prompt,
        SamplingOptions options,
        AnswerOptions answer,
        int contextLength,
        KeepAlive keepAlive,
        Optional<Boolean> distributed,
        LoadOptions loading,
        Optional<ResumePoint> resume) {

    /** One that does not care how the model is loaded and wants a plain answer. */
    public RunRequest(
            String id,
            ModelRef model,
            ModelDigest digest,
            Prompt prompt,
            SamplingOptions options,
            int contextLength,
            KeepAlive keepAlive) {
        this(
                id,
                model,
                digest,
                prompt,
                options,
                AnswerOptions.DEFAULTS,
                contextLength,
                keepAlive,
                Optional.empty(),
                LoadOptions.NONE,
                Optional.empty());
    }

    /** The same about something else. */
    public RunRequest with(Prompt other) {
        return new RunRequest(
                id,
                model,
                digest,
                other,
                options,
                answer,
                contextLength,
                keepAlive,
                distributed,
                loading,
                resume);
    }

    /** The rest of the answer, made with the seed that the part before was made with. */
    public RunRequest resumedAt(ResumePoint point, long seed) {
        return seeded(seed, Optional.of(point));
    }

    /** The same answer once more, from the start. */
    public RunRequest repeated(long seed) {
        return seeded(seed, Optional.empty());
    }

    private RunRequest seeded(long seed, Optional<ResumePoint> point) {
        return new RunRequest(
                id,
                model,
                digest,
                prompt,
                seed < 0 ? options : options.withSeed(seed),
                answer,
                contextLength,
                keepAlive,
                distributed,
                loading,
                point);
    }
}
