/**
 * llama.cpp as the engine: how a {@code llama-server} is started, asked and understood. Start at
 * {@link dev.caravan.worker.adapter.llamacpp.LlamaCppEngines} (processes) and {@link
 * dev.caravan.worker.adapter.llamacpp.LlamaCppEngine} (one generation).
 */
@NullMarked
package dev.caravan.worker.adapter.llamacpp;

import org.jspecify.annotations.NullMarked;
