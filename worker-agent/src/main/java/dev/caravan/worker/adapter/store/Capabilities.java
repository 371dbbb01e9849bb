package dev.caravan.worker.adapter.store;

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
        List<String> templates = layers.getOrDefault("template", List.of());
        if (!templates.isEmpty()) {
            addGoTemplate(found, templates.getFirst());
        } else {
            weights.flatMap(Weights::chatTemplate)
                    .ifPresent(template -> addChatTemplate(found, template));
        }
        if (config.capabilities() != null) {
            found.addAll(config.capabilities());
        }
        return List.copyOf(found);
    }

    private static void addGoTemplate(Set<String> found, String template) {
        if (template.contains(".Tools")) {
            found.add("tools");
        }
        if (template.contains(".Suffix")) {
            found.add("insert");
        }
        if (template.contains(".Thinking") || thinks(template)) {
            found.add("thinking");
        }
    }

    private static void addChatTemplate(Set<String> found, String template) {
        if (template.contains("tools") || template.contains("tool_call")) {
            found.add("tools");
        }
        if (thinks(template)) {
            found.add("thinking");
        }
    }

    private static boolean thinks(String template) {
        return template.contains("<think>") && template.contains("</think>");
    }
}
