package dev.caravan.engine.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.engine.source.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianPackagesTest {

    @TempDir Path folder;

    @Test
    void readsVersionsFromTheNamesOfPackages() {
        var versions =
                DebianPackages.versions(
                        List.of(
                                Path.of("libllama0_1%3a0.7.0+dfsg-2_amd64.deb"),
                                Path.of("libc6_2.43-7_amd64.deb")));

        assertThat(versions)
                .containsEntry("libllama0", "1:0.7.0+dfsg-2")
                .containsEntry("libc6", "2.43-7");
    }

    @Test
    void knowsTheFileNamesOfBothMachineTypes() {
        assertThat(DebianArchitecture.of("Linux", "amd64"))
                .get()
                .extracting(
                        DebianArchitecture::debianName,
                        DebianArchitecture::libraries,
                        DebianArchitecture::loader)
                .containsExactly("amd64", "usr/lib/x86_64-linux-gnu", "ld-linux-x86-64.so.2");
        assertThat(DebianArchitecture.of("Linux", "aarch64"))
                .get()
                .extracting(
                        DebianArchitecture::debianName,
                        DebianArchitecture::internals,
                        DebianArchitecture::loader)
                .containsExactly("arm64", "usr/libexec/aarch64-linux-gnu", "ld-linux-aarch64.so.1");
        assertThat(DebianArchitecture.of("Mac OS X", "aarch64")).isEmpty();
    }

    @Test
    void aMirrorThatCannotBeReachedIsToldAndNothingIsLeftBehind() throws Exception {
        Path etcApt = Files.createDirectories(folder.resolve("apt"));
        Files.writeString(
                etcApt.resolve("sources.list"),
                "deb file:%s/debian bookworm main\n".formatted(folder));
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("staging-of-a-killed-install/tree"));

        assertThatThrownBy(() -> new DebianPackages(home, etcApt).install(_ -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("apt-get failed: exit code 100")
                .hasMessageContaining("CARAVAN_ENGINE_DIR");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void aToolThatIsMissingIsNamedWithTheWayOut() {
        assertThatThrownBy(() -> DebianTools.require("no-such-tool"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("no-such-tool: not on this host")
                .hasMessageContaining("build llama.cpp and set CARAVAN_ENGINE_DIR");
    }

    @Test
    void nothingIsFoundBeforeItIsInstalled() {
        assertThat(new DebianPackages(folder).find()).isEmpty();
    }
}
