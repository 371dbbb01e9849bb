/**
 * Prompts by the Go templates of models. Start at {@link
 * dev.caravan.worker.app.prompt.PromptTemplates}.
 */
@NullMarked
package dev.caravan.worker.app.prompt;

import org.jspecify.annotations.NullMarked;
