/**
 * Ollama's public API: its bodies, its rules, its error texts. Start at {@link
 * dev.caravan.gateway.dialect.ollama.OllamaBodyReader}.
 */
@NullMarked
package dev.caravan.gateway.dialect.ollama;

import org.jspecify.annotations.NullMarked;
