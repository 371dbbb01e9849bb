package dev.caravan.cli.model;

import dev.caravan.cli.api.GatewayClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** The model that a new cluster shows itself with. */
public final class DemoModel {

    /** Its name; tests and pages use it too. */
    public static final String NAME = "caravan-demo";

    private static final int LAYERS = 8;
    private static final int WIDTH = 256;
    private static final long SEED = 1;

    private final GatewayClient gateway;
    private final Path work;
    private final Consumer<String> say;

    /**
     * @param work a folder for the file while it is being made
     */
    public DemoModel(GatewayClient gateway, Path work, Consumer<String> say) {
        this.gateway = gateway;
        this.work = work;
        this.say = say;
    }

    /**
     * A model that can be asked: the demonstration model if it is there, else the smallest there
     * is; where there is none, the demonstration model is made.
     */
    public String name() throws IOException {
        List<JsonNode> models = gateway.get("/api/tags").path("models").valueStream().toList();
        if (models.isEmpty()) {
            make();
            return NAME;
        }
        return models.stream()
                .min(
                        Comparator.comparing((JsonNode model) -> !demo(model))
                                .thenComparing(model -> model.path("size").asLong(0)))
                .map(model -> demo(model) ? NAME : model.path("name").asString(NAME))
                .orElse(NAME);
    }

    private static boolean demo(JsonNode model) {
        return model.path("name").asString("").equals(NAME + ":latest");
    }

    private void make() throws IOException {
        say.accept("making the model " + NAME);
        Path file = Files.createTempFile(work, NAME + "-", ".gguf");
        try {
            Fixture.random(NAME, LAYERS, WIDTH, SEED, FixtureType.F16)
                    .write(
                            file,
                            () -> {
                                throw new IllegalStateException("F16 needs no quantizer");
                            });
            new ModelImport(gateway, _ -> {}).send(NAME, file, Optional.of("exact"));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
