package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.prompt.TemplateChoice;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a model can do, in Ollama's words, found in the places where Ollama looks. */
final class Capabilities {

    private Capabilities() {}

    static List<String> of(
            Optional<Weights> weights,
            ConfigBlob config,
            Optional<Manifest> manifest,
            Map<String, List<String>> layers) {
        Set<String> found = new LinkedHashSet<>();
        weights.ifPresent(known -> found.addAll(known.capabilities()));
        if (manifest.flatMap(known -> known.first("projector")).isPresent()) {
            found.add("vision");
        }
        found.addAll(
                TemplateChoice.capabilities(
                        layers.getOrDefault("template", List.of()).stream().findFirst(),
                        weights.flatMap(Weights::chatTemplate)));
        if (config.capabilities() != null) {
            found.addAll(config.capabilities());
        }
        return List.copyOf(found);
    }
}
