package dev.caravan.worker.app.engine;

import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.SamplingOptions;

/** What one run asks of an engine. */
public record EngineRequest(Prompt prompt, SamplingOptions options) {}
