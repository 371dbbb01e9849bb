package dev.caravan.e2e;

import dev.caravan.platform.OllamaVariable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.FieldModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The page of all settings, written from the properties records: their keys, types, defaults and
 * words as the compiler's configuration processor wrote them down, their ranges from the
 * constraints on their fields, and the variables of Ollama that are their defaults.
 */
final class SettingsPage {

    static final Path FILE = ComposeFile.PROJECT.resolve("docs/operations/settings.md");

    static final String COMMAND =
            "./mvnw -q -pl testing/e2e -am test -Dtest=SettingsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dcaravan.pages=write";

    private static final Map<String, String> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("lib/platform", "All services");
        PARTS.put("gateway-service", "Gateway");
        PARTS.put("scheduler-service", "Scheduler");
        PARTS.put("worker-agent", "Agent");
    }

    private static final String HEAD =
            """
            # Settings

            <!-- Written by SettingsPageTest; do not edit. After a change of a properties record: %s -->

            Each key can stand in a file `application.yml` in the folder where the service starts or one that `spring.config.additional-location` names, on the
            command line (`--caravan.gateway.cold-wait=2m`), or in the environment, in capitals with `_` for dots and without dashes (`CARAVAN_GATEWAY_COLDWAIT=2m`).
            A key that nobody reads ends the start and names the nearest one; a value out of range ends it and names what was expected. The health service and the
            registry have no keys beyond those of all services.

            **Forms.** *duration*: a number with `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, such as `90s`; *size*: a number with `B`, `KB`, `MB`, `GB` or `TB`, in powers of 1024;
            *list*: entries with commas between them. Durations and sizes are more than 0 where their words do not say otherwise. An empty default means that nothing is set.

            **Ollama's variables** are the defaults of the keys beside them: our own key wins wherever it is set, and the value in the *Default* column holds where neither is.
            Values are read as Ollama reads them: durations as `1h30m` or whole seconds, and one that makes no sense is told in the log and not used. `OLLAMA_HOST` is where the gateway listens
            (`server.address`, `server.port`; else 127.0.0.1:11434) unless `./caravan up` says it; `OLLAMA_DEBUG` is the level of our own log (`logging.level.dev.caravan`).

            **What engines are told** comes from four places, each winning over those before it: the scheduler's settings (for the whole cluster), the agent's (for its host), the model's policy and
            `PARAMETER`s, and the request's `options`.
            """;

    private SettingsPage() {}

    static String text() throws IOException {
        var page = new StringBuilder(HEAD.formatted(COMMAND));
        for (Map.Entry<String, String> part : PARTS.entrySet()) {
            page.append("\n## ").append(part.getValue()).append("\n\n");
            page.append("| Key | Type | Default | Range | Ollama | Meaning |\n");
            page.append("|---|---|---|---|---|---|\n");
            for (JsonNode property : properties(part.getKey())) {
                page.append(row(part.getKey(), property)).append('\n');
            }
        }
        return page.toString();
    }

    private static List<JsonNode> properties(String module) throws IOException {
        return ComposeFile.metadata(module).path("properties").valueStream().toList();
    }

    private static String row(String module, JsonNode property) {
        String key = property.path("name").asString();
        return "| "
                + String.join(
                        " | ",
                        "`" + key + "`",
                        type(property.path("type").asString()),
                        value(property.path("defaultValue")),
                        range(module, property),
                        variable(key),
                        words(property.path("description").asString("")))
                + " |";
    }

    private static String type(String java) {
        String simple = java.replaceAll("<.*", "").replaceAll(".*[.$]", "");
        return switch (simple) {
            case "Integer", "Long" -> "whole number";
            case "DataSize" -> "size";
            case "Path" -> "path";
            case "String" -> "text";
            case "URI" -> "URL";
            case "Map" -> "sections";
            default -> simple.toLowerCase(Locale.ROOT);
        };
    }

    private static String value(JsonNode value) {
        String text =
                value.isArray()
                        ? value.valueStream()
                                .map(JsonNode::asString)
                                .collect(Collectors.joining(","))
                        : value.asString("");
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    private static String variable(String key) {
        return Arrays.stream(OllamaVariable.values())
                .filter(variable -> variable.keys().contains(key))
                .map(variable -> "`" + variable.name() + "`")
                .collect(Collectors.joining(", "));
    }

    private static String words(String javadoc) {
        return javadoc.replaceAll("\\{@(?:code|link)\\s+([^}]*)\\}", "`$1`").replace("|", "\\|");
    }

    /** From the constraints on the record's component. */
    private static String range(String module, JsonNode property) {
        String key = property.path("name").asString();
        String component = camel(key.substring(key.lastIndexOf('.') + 1));
        return Optional.ofNullable(property.get("sourceType"))
                .map(JsonNode::asString)
                .flatMap(type -> field(module, type, component))
                .map(SettingsPage::range)
                .orElse("");
    }

    private static String camel(String dashed) {
        var camel = new StringBuilder();
        for (String word : dashed.split("-")) {
            camel.append(
                    camel.isEmpty()
                            ? word
                            : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return camel.toString();
    }

    private static Optional<FieldModel> field(String module, String type, String name) {
        Path file =
                ComposeFile.PROJECT
                        .resolve(module)
                        .resolve("target/classes")
                        .resolve(type.replace('.', '/') + ".class");
        try {
            return ClassFile.of().parse(Files.readAllBytes(file)).fields().stream()
                    .filter(field -> field.fieldName().equalsString(name))
                    .findFirst();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String range(FieldModel field) {
        List<String> parts = new ArrayList<>();
        field.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(found -> found.annotations().stream())
                .forEach(constraint -> part(constraint).ifPresent(parts::add));
        return String.join(", ", parts);
    }

    private static Optional<String> part(Annotation constraint) {
        String name = constraint.className().stringValue().replaceAll(".*/|;", "");
        return switch (name) {
            case "Min" -> Optional.of("≥ " + number(constraint));
            case "Max" -> Optional.of("≤ " + number(constraint));
            case "NotBlank" -> Optional.of("not blank");
            case "NotEmpty" -> Optional.of("at least one");
            default -> Optional.empty();
        };
    }

    private static String number(Annotation constraint) {
        return constraint.elements().stream()
                .filter(element -> element.name().equalsString("value"))
                .map(AnnotationElement::value)
                .filter(AnnotationValue.OfLong.class::isInstance)
                .map(value -> Long.toString(((AnnotationValue.OfLong) value).longValue()))
                .findFirst()
                .orElseThrow();
    }
}
