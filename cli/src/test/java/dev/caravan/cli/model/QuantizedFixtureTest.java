package dev.caravan.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.cli.CliException;
import dev.caravan.engine.EngineFinder;
import dev.caravan.engine.EngineInstaller;
import dev.caravan.gguf.GgmlType;
import dev.caravan.gguf.GgufReader;
import dev.caravan.gguf.GgufTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the real quantizer; the engine is installed once, in the user's cache folder. */
class QuantizedFixtureTest {

    @TempDir private Path folder;

    @Test
    void makesBlocksOfEightBits() throws IOException {
        assertThat(typesOfMatrices(FixtureType.Q8_0)).containsExactly(GgmlType.Q8_0);
    }

    @Test
    void makesKQuantsAndNothingElse() throws IOException {
        assertThat(typesOfMatrices(FixtureType.Q4_K_M))
                .contains(GgmlType.Q4_K)
                .isSubsetOf(GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K);
    }

    @Test
    void tellsTheQuantizersLastLinesWhenItFailsAndLeavesNothingBehind() throws IOException {
        Path broken = folder.resolve("llama-quantize");
        Files.writeString(broken, "#!/bin/sh\necho out of straw\nexit 3\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwx------"));
        Path made = Files.createDirectory(folder.resolve("made"));

        assertThatThrownBy(
                        () ->
                                fixture(FixtureType.Q8_0)
                                        .write(made.resolve("m.gguf"), () -> new Quantizer(broken)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("llama-quantize: exit 3 (expected: exit 0)")
                .hasMessageContaining("out of straw");
        assertThat(made).isEmptyDirectory();
    }

    @Test
    void refusesAQuantizerThatSilentlyTakesAnotherType() throws IOException {
        Path lazy = folder.resolve("llama-quantize");
        Files.writeString(lazy, "#!/bin/sh\ncp \"$1\" \"$2\"\n");
        Files.setPosixFilePermissions(lazy, PosixFilePermissions.fromString("rwx------"));
        Path made = Files.createDirectory(folder.resolve("made"));

        assertThatThrownBy(
                        () ->
                                fixture(FixtureType.Q4_K_M)
                                        .write(made.resolve("m.gguf"), () -> new Quantizer(lazy)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("Q4_K_M: the quantizer made [")
                .hasMessageContaining("F16");
        assertThat(made).isEmptyDirectory();
    }

    private Set<GgmlType> typesOfMatrices(FixtureType type) throws IOException {
        Path file = folder.resolve("model.gguf");
        fixture(type).write(file, QuantizedFixtureTest::quantizer);
        return new GgufReader()
                .read(file).tensors().stream()
                        .filter(tensor -> tensor.shape().size() > 1)
                        .map(GgufTensor::type)
                        .collect(Collectors.toSet());
    }

    private static Fixture fixture(FixtureType type) {
        return Fixture.random("tiny", 2, 256, 7, type);
    }

    private static Quantizer quantizer() {
        return new Quantizer(
                new EngineInstaller(EngineFinder.ofEnvironment())
                        .install(_ -> {})
                        .quantize()
                        .orElseThrow());
    }
}
