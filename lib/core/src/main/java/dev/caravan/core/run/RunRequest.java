package dev.caravan.core.run;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;

/**
 * One generation asked of the cluster, whatever dialect it came in.
 *
 * @param id travels to agent, logs and the answer's header
 * @param model the name as the client meant it
 * @param digest what is routed by
 * @param contextLength tokens of context the answer needs, already raised to a bucket
 */
public record RunRequest(
        String id,
        ModelRef model,
        ModelDigest digest,
        Prompt prompt,
        SamplingOptions options,
        int contextLength,
        KeepAlive keepAlive) {}
