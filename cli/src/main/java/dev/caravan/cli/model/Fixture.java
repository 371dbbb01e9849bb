package dev.caravan.cli.model;

import dev.caravan.cli.CliException;
import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufReader;
import dev.caravan.gguf.fixture.FixtureModel;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Supplier;

/**
 * A model made here, and so the same on every machine: of random weights, which says nothing of
 * sense but the same whenever it is asked the same, or one that says a given text.
 */
public final class Fixture {

    private final FixtureModel model;
    private final FixtureType type;

    private Fixture(FixtureModel model, FixtureType type) {
        this.model = model;
        this.type = type;
    }

    /**
     * A model of random weights.
     *
     * @throws CliException if the numbers make no model, or none of that type
     */
    public static Fixture random(String name, int layers, int width, long seed, FixtureType type) {
        return random(name, layers, width, seed, type, false);
    }

    /**
     * The same, or one that makes vectors of texts.
     *
     * @throws CliException if the numbers make no model, or none of that type
     */
    public static Fixture random(
            String name, int layers, int width, long seed, FixtureType type, boolean embeds) {
        try {
            RandomModel model =
                    RandomModel.named(name)
                            .withLayers(layers)
                            .withWidth(width)
                            .withSeed(seed)
                            .withType(type.written());
            if (embeds) {
                model = model.embedding();
            }
            if (type.kQuant() && !model.supportsKQuants()) {
                throw CliException.usage(
                        "width: %d, feed-forward: %d (expected for %s: multiples of 256, since the quantizer silently takes other types for other rows); choose --width %d"
                                .formatted(
                                        width,
                                        model.feedForward(),
                                        type,
                                        Math.max(1, width / 256) * 256));
            }
            return new Fixture(model, type);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
        }
    }

    /**
     * A model that says a text, whatever it is asked.
     *
     * @param endless whether it says it over and over, to the limit of the request
     * @throws CliException if there is no such model
     */
    public static Fixture saying(
            String name, String text, boolean endless, int layers, FixtureType type) {
        try {
            return new Fixture(
                    ScriptedModel.saying(name, new Script("text", text, endless))
                            .withLayers(layers)
                            .withType(type.written()),
                    type);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
        }
    }

    /**
     * Writes the model's file.
     *
     * @param quantizer asked for only where the type needs one
     */
    public void write(Path target, Supplier<Quantizer> quantizer) throws IOException {
        if (!type.quantized()) {
            new FixtureWriter().write(model, target);
            return;
        }
        Path folder = target.toAbsolutePath().getParent();
        Path plain = Files.createTempFile(folder, "plain-", ".gguf");
        Path quantized = Files.createTempFile(folder, "quantized-", ".gguf");
        try {
            new FixtureWriter().write(model, plain);
            quantizer.get().quantize(plain, quantized, type);
            requireType(quantized);
            Files.move(quantized, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(plain);
            Files.deleteIfExists(quantized);
        }
    }

    private void requireType(Path file) throws IOException {
        GgufFile made = new GgufReader().read(file);
        List<String> others =
                made.tensors().stream()
                        .filter(tensor -> tensor.shape().size() > 1)
                        .filter(tensor -> !type.matrices().contains(tensor.type()))
                        .map(tensor -> tensor.name() + " " + tensor.type())
                        .toList();
        if (!others.isEmpty()) {
            throw new CliException(
                    "%s: the quantizer made %s (expected: only %s)"
                            .formatted(type, others, type.matrices()));
        }
    }
}
