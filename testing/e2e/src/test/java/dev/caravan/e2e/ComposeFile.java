package dev.caravan.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;

/** The project's docker-compose.yml, and what the services say of the keys that it sets. */
final class ComposeFile {

    /** Above testing/e2e, in which Maven runs the tests. */
    static final Path PROJECT = Path.of("").toAbsolutePath().resolve("../..").normalize();

    static final Path FILE = PROJECT.resolve("docker-compose.yml");

    private static final String METADATA =
            "target/classes/META-INF/spring-configuration-metadata.json";

    private ComposeFile() {}

    /** One of our services as the file has it; {@code module} is the folder of its code. */
    record Service(String name, String module, Map<String, Object> content) {

        Map<String, String> environment() {
            Map<String, String> environment = new TreeMap<>();
            map(content.get("environment"))
                    .forEach((key, value) -> environment.put(key, String.valueOf(value)));
            return environment;
        }

        List<String> ports() {
            return strings(content.get("ports"));
        }

        List<String> healthcheck() {
            return strings(map(content.get("healthcheck")).get("test"));
        }

        String image() {
            return String.valueOf(content.get("image"));
        }

        /** Of the neighbours that it waits for, by name. */
        Map<String, Object> dependsOn() {
            return map(content.get("depends_on"));
        }
    }

    static List<Service> services() throws IOException {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        Map<String, Object> all = map(yaml.load(Files.readString(FILE)));
        return map(all.get("services")).entrySet().stream()
                .filter(
                        entry ->
                                String.valueOf(map(entry.getValue()).get("image"))
                                        .startsWith("caravan/"))
                .map(entry -> service(entry.getKey(), map(entry.getValue())))
                .toList();
    }

    private static Service service(String name, Map<String, Object> content) {
        String image = String.valueOf(content.get("image"));
        String module = image.substring("caravan/".length(), image.indexOf(':'));
        return new Service(name, module.replace("-llamacpp", ""), content);
    }

    /** What the compiler wrote down of the properties records of a module. */
    static JsonNode metadata(String module) {
        Path file = PROJECT.resolve(module).resolve(METADATA);
        try {
            return Files.exists(file)
                    ? OllamaClient.JSON.readTree(Files.readString(file))
                    : OllamaClient.JSON.createObjectNode();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The keys of the properties records of a module. */
    static List<String> keys(String module) {
        return metadata(module)
                .path("properties")
                .valueStream()
                .map(property -> property.path("name").asString())
                .toList();
    }

    /** Keys and variables alike, without what relaxed binding passes over. */
    static String letters(String key) {
        return key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** How compose is called here, where there is one of version 2 or later. */
    static Optional<List<String>> command() {
        return Stream.of(List.of("docker", "compose"), List.of("docker-compose"))
                .filter(
                        command -> {
                            try {
                                return run(command, "version", "--short")
                                        .matches("exit 0: v?([2-9]|\\d{2,})\\..*");
                            } catch (IOException absent) {
                                return false;
                            }
                        })
                .findFirst();
    }

    /** Runs compose; {@code exit N: output}. */
    static String run(List<String> command, String... arguments) throws IOException {
        Path said = Files.createTempFile("compose-", ".log");
        try {
            Process process =
                    new ProcessBuilder(
                                    Stream.concat(command.stream(), Stream.of(arguments)).toList())
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + ": not done in 60 s");
            }
            return "exit %d: %s"
                    .formatted(
                            process.exitValue(),
                            Files.readString(said).lines().collect(Collectors.joining(" ")));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(command + ": interrupted", interrupted);
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> entries) {
            entries.forEach((key, entry) -> map.put(String.valueOf(key), entry));
        }
        return map;
    }

    private static List<String> strings(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
