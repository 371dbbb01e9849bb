package dev.caravan.e2e.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The suite's files as trees. */
final class Json {

    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static JsonNode resource(String name) {
        try (InputStream file = Json.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + ": no such file beside the suite");
            }
            LoaderOptions strict = new LoaderOptions();
            strict.setAllowDuplicateKeys(false);
            Object read = new Yaml(new SafeConstructor(strict)).load(file);
            return MAPPER.valueToTree(read);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
