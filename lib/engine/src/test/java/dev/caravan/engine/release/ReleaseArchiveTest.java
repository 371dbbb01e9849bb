package dev.caravan.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.engine.release.ReleaseServer.Manner;
import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.FoundEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReleaseArchiveTest {

    private static final String PLATFORM = "linux-amd64";
    private static final String NAME = "llama-b7-bin-ubuntu-x64.tar.gz";
    private static final Download IMPATIENT =
            new Download(1 << 20, Duration.ofMillis(300), Duration.ofMinutes(1));

    @TempDir private Path folder;
    private final List<String> progress = new ArrayList<>();
    private ReleaseServer server;
    private Path home;
    private Path archive;

    @BeforeEach
    void packAnArchive() throws IOException {
        server = new ReleaseServer();
        home = folder.resolve("home");
        archive = folder.resolve(NAME);
        try (Archives made = Archives.to(archive)) {
            made.file("llama-b7/llama-server", "#!/bin/sh\nexit 0\n", true)
                    .file("llama-b7/rpc-server", "#!/bin/sh\nexit 0\n", true)
                    .file("llama-b7/LICENSE", "x".repeat(100_000) + folder, false);
        }
    }

    @AfterEach
    void stopTheServer() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"WHOLE", "REDIRECTED"})
    void unpacksTheArchiveOfThePlatformAndFindsItAgain(Manner manner) throws Exception {
        server.serve("b7", NAME, archive, manner);
        ReleaseArchive source = source(Archives.sha256(archive));

        FoundEngine installed = source.install(progress::add);

        assertThat(installed.server())
                .isEqualTo(home.resolve("release/llama-b7/llama-server"))
                .isExecutable();
        assertThat(installed.rpcServer()).contains(home.resolve("release/llama-b7/rpc-server"));
        assertThat(installed.source()).isEqualTo("release archive");
        assertThat(installed.packages()).containsEntry(NAME, "sha256:" + Archives.sha256(archive));
        assertThat(new ReleaseArchive(home, Map.of()).find()).contains(installed);
        assertThat(progress)
                .contains("downloading " + address(), "unpacking into " + home.resolve("release"))
                .anyMatch(line -> line.startsWith("downloaded 100 % of "));
        assertThat(home)
                .isDirectoryNotContaining(
                        file -> file.getFileName().toString().startsWith("staging"));
        source.discard();
        assertThat(source.find()).isEmpty();
    }

    @Test
    void usesNothingOfAnArchiveWithAnotherChecksum() throws Exception {
        server.serve("b7", NAME, archive, Manner.WHOLE);
        String expected = "0".repeat(64);

        assertRefused(
                source(expected),
                address(),
                "SHA-256 " + Archives.sha256(archive),
                "expected: " + expected);
    }

    @Test
    void tellsWhereADownloadWasCutOff() throws Exception {
        server.serve("b7", NAME, archive, Manner.CUT_OFF);

        long size = Files.size(archive);
        assertRefused(
                source(Archives.sha256(archive)),
                address(),
                "cut off after %d of %d bytes".formatted(size / 2, size));
    }

    @Test
    void givesUpOnAServerThatFallsSilent() throws Exception {
        server.serve("b7", NAME, archive, Manner.SILENT_HALF_WAY);

        assertRefused(
                source(Archives.sha256(archive)),
                address(),
                "stalled after %d bytes".formatted(Files.size(archive) / 2));
    }

    @Test
    void tellsThatTheFileIsNotThere() throws Exception {
        assertRefused(source(Archives.sha256(archive)), address(), "HTTP 404 (expected: 200");
    }

    @Test
    void tellsThatNobodyAnswers() throws Exception {
        ReleaseArchive source = source(Archives.sha256(archive));
        server.close();

        assertRefused(source, address());
    }

    @Test
    void takesNoMoreThanItsBound() throws Exception {
        Files.write(archive, new byte[2 << 20]);
        server.serve("b7", NAME, archive, Manner.WHOLE);

        assertRefused(source(Archives.sha256(archive)), address(), "more than 1048576 bytes");
    }

    @Test
    void refusesAHostilePathEvenWithTheRightChecksum() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.file("../../../evil", "evil", true);
        }
        server.serve("b7", NAME, archive, Manner.WHOLE);

        assertRefused(
                source(Archives.sha256(archive)),
                address(),
                "entry ../../../evil (expected: a name below the archive's own folder)");
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void refusesAnArchiveWithoutAnEngine() throws Exception {
        try (Archives made = Archives.to(archive)) {
            made.file("llama-b7/llama-server", "not executable", false);
        }
        server.serve("b7", NAME, archive, Manner.WHOLE);

        assertRefused(source(Archives.sha256(archive)), address(), "no llama-server");
    }

    @Test
    void aPlatformWithoutAChecksumIsToldSo() throws Exception {
        ReleaseArchive source =
                new ReleaseArchive(home, environment("0".repeat(64)), "linux-riscv64", IMPATIENT);

        assertThatThrownBy(() -> source.install(progress::add))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("no archive with a checksum for linux-riscv64")
                .hasMessageContaining("it has: [linux-amd64]")
                .hasMessageContaining("CARAVAN_ENGINE_RELEASE_LIST");
        assertThat(progress).isEmpty();
    }

    @Test
    void whatWasInstalledBeforeStaysWhenANewOneCannotBeHad() throws Exception {
        server.serve("b7", NAME, archive, Manner.WHOLE);
        FoundEngine before = source(Archives.sha256(archive)).install(progress::add);

        ReleaseArchive wrong = source("0".repeat(64));
        assertThatThrownBy(() -> wrong.install(progress::add)).isInstanceOf(EngineException.class);

        assertThat(wrong.find()).contains(before);
    }

    private void assertRefused(ReleaseArchive source, String... reasons) {
        assertThatThrownBy(() -> source.install(progress::add))
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll(reasons)
                .hasMessageContainingAll(
                        "CARAVAN_ENGINE_RELEASE_BASE names another address", "CARAVAN_ENGINE_DIR");
        assertThat(source.find()).isEmpty();
        assertThat(home).isEmptyDirectory();
    }

    private String address() {
        return server.base() + "/b7/" + NAME;
    }

    private ReleaseArchive source(String digest) throws IOException {
        return new ReleaseArchive(home, environment(digest), PLATFORM, IMPATIENT);
    }

    private Map<String, String> environment(String digest) throws IOException {
        Path list =
                Files.writeString(
                        folder.resolve("list.properties"),
                        "build=b7\nbase=https://example.org\nlinux-amd64.file=%s\nlinux-amd64.sha256=%s\n"
                                .formatted(NAME, digest));
        return Map.of(ReleaseList.LIST, list.toString(), ReleaseList.BASE, server.base());
    }
}
