/**
 * An Ollama server as the engine, with its models: one that is there already, or one that the agent
 * starts. Start at {@link dev.caravan.worker.adapter.ollama.OllamaServer} (what it has), {@link
 * dev.caravan.worker.adapter.ollama.StartedOllama} (how it is kept running) and {@link
 * dev.caravan.worker.adapter.ollama.OllamaReplica} (one loaded model, one generation).
 */
@NullMarked
package dev.caravan.worker.adapter.ollama;

import org.jspecify.annotations.NullMarked;
