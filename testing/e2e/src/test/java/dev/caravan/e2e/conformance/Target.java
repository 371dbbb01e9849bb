package dev.caravan.e2e.conformance;

import java.net.URI;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server that the suite asks.
 *
 * @param model that is there, completes, and has a chat template
 * @param options added to each request that has a body with a model to run
 */
public record Target(URI base, String model, Map<String, Boolean> options) {

    /** More tokens than a small context has, whatever the vocabulary. */
    private static final String LONG = "word ".repeat(400).strip();

    /** Fills the model's name in, and a long text. */
    String filled(String text) {
        return text.replace("${model}", model).replace("${long}", LONG);
    }

    /** The body as this target is to have it. */
    JsonNode body(String path, JsonNode body) {
        JsonNode filled = Json.MAPPER.readTree(filled(body.toString()));
        boolean runs = path.matches("/api/(generate|chat|embed|embeddings)");
        if (runs && !options.isEmpty() && filled instanceof ObjectNode object) {
            JsonNode given = object.path("options");
            ObjectNode all =
                    given instanceof ObjectNode named ? named : object.putObject("options");
            options.forEach(all::put);
        }
        return filled;
    }
}
