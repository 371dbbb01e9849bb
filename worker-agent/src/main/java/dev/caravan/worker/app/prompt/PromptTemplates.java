package dev.caravan.worker.app.prompt;

import dev.caravan.template.Conversation;
import dev.caravan.template.Thinking;
import dev.caravan.template.ThinkingTags;
import dev.caravan.worker.app.store.StoredModel;
import java.util.Optional;

/**
 * Makes prompts where Ollama makes them itself: of models with a Go template, and of requests that
 * bring one. A template that cannot be used is an {@code EngineRefusal} with Go's text.
 */
public interface PromptTemplates {

    /**
     * Whether prompts of the model are made here; else the engine is to make them: the model has no
     * Go template, or the chat template in its file is the better one.
     */
    boolean has(StoredModel model);

    /** The prompt of a conversation; empty where the engine is to make it. */
    Optional<String> render(StoredModel model, Conversation conversation);

    /** The same with a request's own template. */
    String render(String template, Conversation conversation);

    /**
     * The prompt of a gap.
     *
     * @param template a request's own; empty: the model's, and the text before the gap alone where
     *     that has none
     */
    String fillIn(
            StoredModel model,
            Optional<String> template,
            String before,
            String after,
            Thinking thinking);

    /** What surrounds the model's reasoning in an answer to {@link #render}. */
    Optional<ThinkingTags> thinkingTags(StoredModel model);

    /** What calls of tools begin with in an answer to {@link #render}; empty: with their JSON. */
    Optional<String> callTag(StoredModel model);
}
