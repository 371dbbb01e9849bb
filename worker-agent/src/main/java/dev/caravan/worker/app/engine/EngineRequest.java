package dev.caravan.worker.app.engine;

import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.SamplingOptions;

/**
 * What one run asks of an engine.
 *
 * @param options what the client named, and defaults; the model's own go before the defaults
 */
public record EngineRequest(Prompt prompt, SamplingOptions options, AnswerOptions answer) {}
