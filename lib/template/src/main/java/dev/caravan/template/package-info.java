/**
 * Go templates of models, rendered as Ollama renders them: the language of Go's {@code
 * text/template} as far as models use it, and Ollama's rules around it. Start at {@link
 * dev.caravan.template.PromptTemplate}. Depends on nothing; a parsed template is immutable.
 */
@NullMarked
package dev.caravan.template;

import org.jspecify.annotations.NullMarked;
