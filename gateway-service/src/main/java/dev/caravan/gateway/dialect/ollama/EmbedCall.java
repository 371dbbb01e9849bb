package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import java.util.List;

/**
 * A request for vectors that has passed all checks.
 *
 * @param sentModel the model as the client spelt it
 * @param request what all texts have in common; its prompt is none of them
 * @param texts none: the model is to be loaded
 * @param dimensions numbers of each vector to keep; 0: all
 */
public record EmbedCall(
        String sentModel, RunRequest request, List<Prompt.Embedding> texts, int dimensions) {
    public EmbedCall {
        texts = List.copyOf(texts);
    }

    /** One for each text. */
    public List<RunRequest> requests() {
        return texts.stream().map(request::with).toList();
    }
}
