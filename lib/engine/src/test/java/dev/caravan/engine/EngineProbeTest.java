package dev.caravan.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.engine.source.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Binaries that are not engines, as an operator may name them. */
class EngineProbeTest {

    @TempDir Path folder;
    private EngineHome home;
    private Path engine;

    @BeforeEach
    void makeFolders() throws IOException {
        home = new EngineHome(folder.resolve("home"));
        engine = Files.createDirectory(folder.resolve("engine"));
    }

    @Test
    void aBinaryThatOnlyFailsIsNamedWithItsExitCode() throws Exception {
        Files.createSymbolicLink(engine.resolve("llama-server"), Path.of("/bin/false"));

        assertFails("--version failed: exit code 1");
    }

    @Test
    void aBinaryThatSaysNothingIsNoEngine() throws Exception {
        Files.createSymbolicLink(engine.resolve("llama-server"), Path.of("/bin/true"));

        assertFails("no version: exit code 0");
    }

    @Test
    void aServerThatCrashesIsNamedWithItsLastLines() throws Exception {
        script(
                "case $1 in --version) echo 'version: 1 (abc)';; *) echo boom >&2; kill -ABRT $$;; esac");

        assertFails("exit code 134");
        assertFails("boom");
    }

    @Test
    void aServerThatEndsWithoutAnErrorIsNotTakenForReady() throws Exception {
        script("case $1 in --version) echo 'version: 1 (abc)';; *) echo no model;; esac");

        assertFails("ended before it was ready: exit code 0");
    }

    @Test
    void aFileThatIsNoProgramIsNamed() throws Exception {
        Path server = Files.write(engine.resolve("llama-server"), new byte[] {0x7f, 'E', 'L', 'F'});
        Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwx------"));

        assertFails("--version failed: exit code 127");
    }

    private void script(String text) throws IOException {
        Path server = Files.writeString(engine.resolve("llama-server"), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwx------"));
    }

    private void assertFails(String reason) {
        assertThatThrownBy(() -> EngineFinder.of(home, Optional.of(engine), "").find())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(engine.resolve("llama-server").toString())
                .hasMessageContaining(reason)
                .hasMessageContaining("CARAVAN_ENGINE_DIR");
        assertThat(home.folder().toFile().list()).containsExactly("install.lock");
    }
}
