package dev.caravan.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineSourcesTest {

    @TempDir Path folder;

    @Test
    void aConfiguredFolderHoldsTheBinariesItself() throws Exception {
        executable("llama-server");
        executable("ggml-rpc-server");
        Files.writeString(folder.resolve("libggml-base.so.0"), "");

        FoundEngine found = new ConfiguredFolder(folder).find().orElseThrow();

        assertThat(found.server()).isEqualTo(folder.resolve("llama-server"));
        assertThat(found.rpcServer()).contains(folder.resolve("ggml-rpc-server"));
        assertThat(found.quantize()).isEmpty();
        assertThat(found.files())
                .anyMatch(file -> file.endsWith("libggml-base.so.0"))
                .contains(found.server());
        assertThat(found.source()).contains(folder.toString());
    }

    @Test
    void aConfiguredFolderMayBeABuildFolderWithBin() throws Exception {
        Files.createDirectory(folder.resolve("bin"));
        executable("bin/llama-server");
        executable("bin/rpc-server");

        FoundEngine found = new ConfiguredFolder(folder).find().orElseThrow();

        assertThat(found.server()).isEqualTo(folder.resolve("bin/llama-server"));
        assertThat(found.rpcServer()).contains(folder.resolve("bin/rpc-server"));
    }

    @Test
    void aConfiguredFolderWithoutAnEngineIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> new ConfiguredFolder(folder).find())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("CARAVAN_ENGINE_DIR");
    }

    @Test
    void aServerThatIsNotExecutableIsNone() throws Exception {
        Files.writeString(folder.resolve("llama-server"), "");

        assertThatThrownBy(() -> new ConfiguredFolder(folder).find())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("executable llama-server");
    }

    @Test
    void theFirstFolderOfThePathWins() throws Exception {
        Files.createDirectory(folder.resolve("empty"));
        Files.createDirectory(folder.resolve("first"));
        Files.createDirectory(folder.resolve("second"));
        executable("first/llama-server");
        executable("second/llama-server");

        String path = "relative::%1$s/empty:%1$s/first:%1$s/second".formatted(folder);

        assertThat(new SearchPath(path).find().orElseThrow().server())
                .isEqualTo(folder.resolve("first/llama-server"));
        assertThat(new SearchPath("").find()).isEmpty();
    }

    private void executable(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
