package dev.caravan.worker.app.engine;

import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.SamplingOptions;
import java.util.Optional;

/**
 * What one run asks of an engine.
 *
 * @param options what the client named, and defaults; the model's own go before the defaults
 * @param resume where an answer that broke off goes on; empty: from the start
 */
public record EngineRequest(
        Prompt prompt,
        SamplingOptions options,
        AnswerOptions answer,
        Optional<ResumePoint> resume) {}
