package dev.caravan.gateway.app.models;

import java.util.List;

/**
 * What people are shown of a model, Ollama's {@code details}; texts are empty where nothing is
 * known.
 *
 * @param parameterSize as in "134.52M"
 * @param contextLength tokens it was trained for; 0 where it is not known
 * @param embeddingLength width of the hidden state; 0 where it is not known
 */
public record ModelDescription(
        String parentModel,
        String format,
        String family,
        List<String> families,
        String parameterSize,
        String quantization,
        int contextLength,
        int embeddingLength) {

    public static final ModelDescription UNKNOWN =
            new ModelDescription("", "", "", List.of(), "", "", 0, 0);

    public ModelDescription {
        families = List.copyOf(families);
    }
}
