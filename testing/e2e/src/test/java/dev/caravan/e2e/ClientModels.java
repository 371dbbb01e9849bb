package dev.caravan.e2e;

import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.testkit.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The models that the tests of other people's clients talk to. */
final class ClientModels {

    static final String TEXT = "A caravan crosses the desert at night.";

    private static final String CALL =
            "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";

    /** Whatever a model says in this form has "on" and "kind". */
    static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"on\":{\"type\":\"boolean\"},\"kind\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}},\"required\":[\"on\",\"kind\"]}";

    private ClientModels() {}

    static String talking(LocalCluster cluster) {
        return cluster.oftenSaying(TEXT);
    }

    static String endless(LocalCluster cluster) {
        return cluster.oftenSaying("on and on ", "--endless");
    }

    /** Calls {@code get_weather} for Paris. */
    static String calling(LocalCluster cluster) {
        return cluster.oftenSaying(CALL);
    }

    static String random(LocalCluster cluster) {
        return cluster.fixture("F16", 21);
    }

    /** Puts a model into the registry; gives the name to pull it by. */
    static String pulled(LocalCluster cluster, TestRegistry registry, Path folder)
            throws IOException {
        Path file = folder.resolve("model.gguf");
        new FixtureWriter()
                .write(
                        RandomModel.named("pulled")
                                .withLayers(2)
                                .withWidth(256)
                                .withSeed(cluster.random(1, 1_000_000)),
                        file);
        registry.model("library/pulled:latest", Files.readAllBytes(file), Map.of());
        return registry.host() + "/library/pulled:latest";
    }

    /** What a script is told. */
    static String told(LocalCluster cluster, String pulled) {
        ObjectNode told = OllamaClient.JSON.createObjectNode();
        told.put("url", cluster.client().base().toString())
                .put("talking", talking(cluster))
                .put("endless", endless(cluster))
                .put("calling", calling(cluster))
                .put("random", random(cluster))
                .put("embedding", cluster.oftenEmbedding())
                .put("name", "client" + cluster.random(1, 1_000_000))
                .put("pulled", pulled);
        told.set("schema", OllamaClient.JSON.readTree(SCHEMA));
        return told.toString();
    }

    /** Fails unless the text is what {@link #SCHEMA} says. */
    static void requireStructured(String text) {
        var said = OllamaClient.JSON.readTree(text);
        if (!said.path("on").isBoolean() || !said.path("kind").asString("").matches("[ab]")) {
            throw new AssertionError(text + " (expected: what " + SCHEMA + " says)");
        }
    }
}
