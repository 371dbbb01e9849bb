package dev.caravan.engine.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptSourcesTest {

    @TempDir Path etcApt;

    @Test
    void readsTheOneLineFormat() throws Exception {
        write(
                "sources.list",
                """
                # deb http://commented.example/debian bookworm main
                deb-src http://source.example/debian bookworm main
                deb http://security.example/debian-security bookworm-security main
                deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian/ bookworm main contrib # near
                """);

        assertThat(AptSources.mirror(etcApt)).isEqualTo("http://mirror.example/debian/");
    }

    @Test
    void readsStanzas() throws Exception {
        write(
                "sources.list.d/debian.sources",
                """
                Types: deb
                URIs: http://off.example/debian
                Suites: trixie
                Components: main
                Enabled: no

                # the near one
                Types: deb deb-src
                URIs:
                 https://mirror.example/pub/debian
                 http://second.example/debian
                Suites: trixie trixie-updates
                Components: main
                Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp
                """);

        assertThat(AptSources.mirror(etcApt)).isEqualTo("https://mirror.example/pub/debian");
    }

    @Test
    void takesTheMirrorListOfACloudImage() throws Exception {
        write(
                "sources.list.d/debian.sources",
                """
                Types: deb deb-src
                URIs: mirror+file:///etc/apt/mirrors/debian.list
                Suites: bookworm bookworm-updates
                Components: main
                """);

        assertThat(AptSources.mirror(etcApt))
                .isEqualTo("mirror+file:///etc/apt/mirrors/debian.list");
    }

    @Test
    void passesOverSecurityUpdatesAndThirdParties() throws Exception {
        write(
                "sources.list",
                """
                deb http://a.example/debian-security bookworm-security main
                deb http://b.example/debian bookworm-updates main
                deb cdrom:[Debian]/debian bookworm main
                """);
        write(
                "sources.list.d/docker.list",
                "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.example/linux/debian bookworm stable\n");
        write(
                "sources.list.d/other.list",
                "deb [signed-by=/etc/apt/keyrings/other.gpg] https://other.example/debian bookworm main\n");
        write(
                "sources.list.d/ubuntu.sources",
                "Types: deb\nURIs: http://archive.ubuntu.com/ubuntu\nSuites: noble\nComponents: main\n");

        assertThat(AptSources.mirror(etcApt)).isEqualTo(AptSources.DEFAULT_MIRROR);
    }

    @Test
    void aHostWithoutAptSourcesGetsTheDefault() {
        assertThat(AptSources.mirror(etcApt.resolve("missing")))
                .isEqualTo("http://deb.debian.org/debian");
    }

    private void write(String name, String text) throws Exception {
        Path file = etcApt.resolve(name);
        Files.createDirectories(etcApt.resolve("sources.list.d"));
        Files.writeString(file, text);
    }
}
