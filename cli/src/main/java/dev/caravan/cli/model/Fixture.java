package dev.caravan.cli.model;

import dev.caravan.cli.CliException;
import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufReader;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Supplier;

/**
 * A model of random weights, made here: the same numbers make the same file. It says nothing of
 * sense, but says the same whenever it is asked the same, which is what tests need.
 */
public final class Fixture {

    private final RandomModel model;
    private final FixtureType type;

    /**
     * @throws CliException if the numbers make no model, or none of that type
     */
    public Fixture(String name, int layers, int width, long seed, FixtureType type) {
        this.type = type;
        try {
            this.model =
                    RandomModel.named(name)
                            .withLayers(layers)
                            .withWidth(width)
                            .withSeed(seed)
                            .withType(type.written());
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
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
