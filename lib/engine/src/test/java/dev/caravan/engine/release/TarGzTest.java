package dev.caravan.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarGzTest {

    private static final long ROOM = 1 << 20;

    @TempDir private Path folder;
    private Path archive;
    private Path tree;

    @BeforeEach
    void makeFolders() throws IOException {
        archive = folder.resolve("a.tar.gz");
        tree = Files.createDirectories(folder.resolve("outer/tree"));
    }

    @Test
    void unpacksFilesLinksAndWhetherTheyCanBeRun() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.link("llama/libllama.so", "libllama.so.0")
                    .file("llama/libllama.so.0", "library", false)
                    .file("./llama/llama-server", "#!/bin/sh", true);
        }

        TarGz.unpack(archive, tree, ROOM);

        assertThat(tree.resolve("llama/llama-server")).isExecutable().hasContent("#!/bin/sh");
        assertThat(Files.isExecutable(tree.resolve("llama/libllama.so.0"))).isFalse();
        assertThat(tree.resolve("llama/libllama.so")).isSymbolicLink().hasContent("library");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../evil",
                "a/../../../evil",
                "/tmp/evil",
                "a/b/..",
                "..",
                "inside/../still-inside"
            })
    void writesNothingForANameThatLeadsOut(String name) throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.file(name, "evil", true);
        }

        assertRefused("entry " + name);
        assertThat(tree).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"/etc/passwd", "../../outside", "nowhere"})
    void refusesALinkThatLeadsOutOrNowhere(String target) throws Exception {
        Files.writeString(folder.resolve("outside"), "secret");
        try (Archives made = Archives.to(archive)) {
            made.link("link", target);
        }

        assertRefused("entry link -> " + target);
    }

    @Test
    void refusesALinkThatLeadsOutByWayOfAnother() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.file("d1/d2/file", "x", false)
                    .link("d1/d2/up", "../..")
                    .link("out", "d1/d2/up/..");
        }

        assertRefused("entry out -> d1/d2/up/..");
    }

    @Test
    void neverWritesThroughALink() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.link("dir", "..").file("dir/evil", "evil", true);
        }

        assertThatThrownBy(() -> TarGz.unpack(archive, tree, ROOM)).isInstanceOf(IOException.class);
        assertThat(tree.resolveSibling("evil")).doesNotExist();
    }

    @Test
    void refusesHardLinksAndDevices() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.special("hard", "/etc/passwd", TarConstants.LF_LINK);
        }
        assertRefused("entry hard (expected: files, folders and symbolic links only)");

        archive = folder.resolve("b.tar.gz");
        try (Archives made = Archives.to(archive)) {
            made.special("pipe", "", TarConstants.LF_FIFO);
        }
        assertRefused("entry pipe");
    }

    @Test
    void stopsAtItsBound() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.file("big", "x".repeat(2000), false);
        }

        assertThatThrownBy(() -> TarGz.unpack(archive, tree, 1000))
                .hasMessage("entry big: more than 1000 bytes in all");
    }

    @Test
    void tellsAnArchiveThatEndsInTheMiddleOrIsNone() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.file("file", "x".repeat(5000) + folder, false);
        }
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
        assertRefused("ends in the middle");

        Files.writeString(archive, "<html>not found</html>");
        assertThatThrownBy(() -> TarGz.unpack(archive, tree, ROOM)).isInstanceOf(IOException.class);
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> TarGz.unpack(archive, tree, ROOM))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }
}
