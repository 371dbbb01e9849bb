/**
 * An Ollama server as the engine: one that is there already, with its models. Start at {@link
 * dev.caravan.worker.adapter.ollama.OllamaServer} (what it has) and {@link
 * dev.caravan.worker.adapter.ollama.OllamaReplica} (one loaded model, one generation).
 */
@NullMarked
package dev.caravan.worker.adapter.ollama;

import org.jspecify.annotations.NullMarked;
