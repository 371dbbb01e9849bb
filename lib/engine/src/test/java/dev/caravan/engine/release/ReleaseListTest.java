package dev.caravan.engine.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.engine.source.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReleaseListTest {

    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @TempDir private Path folder;

    @Test
    void theBuiltInListIsReadableAndAddressesLieUnderItsBase() {
        ReleaseList list = ReleaseList.of(Map.of());

        assertThat(list.build()).matches("b\\d+");
        assertThat(list.base()).hasScheme("https");
        assertThat(list.archives().keySet())
                .isSubsetOf("linux-amd64", "linux-arm64", "macos-amd64", "macos-arm64");
    }

    @Test
    void anotherBaseKeepsTheLayout() throws Exception {
        ReleaseList list =
                ReleaseList.of(
                        Map.of(
                                ReleaseList.LIST,
                                list("linux-amd64", "a.tar.gz", DIGEST).toString(),
                                ReleaseList.BASE,
                                "http://mirror.lan/llama/"));

        assertThat(list.address(list.archive("linux-amd64").orElseThrow()))
                .hasToString("http://mirror.lan/llama/b1/a.tar.gz");
        assertThat(list.archive("macos-arm64")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a.zip, 0, linux-amd64.file: \"a.zip\" (expected: the name of a .tar.gz file)",
        "../a.tar.gz, 0, linux-amd64.file: \"../a.tar.gz\"",
        "a.tar.gz, 1, linux-amd64.sha256: \"1\" (expected: 64 lower-case hexadecimal digits)"
    })
    void refusesAnEntryThatCannotBe(String file, String digest, String reason) throws Exception {
        String list = list("linux-amd64", file, digest.equals("0") ? DIGEST : digest).toString();

        assertThatThrownBy(() -> ReleaseList.of(Map.of(ReleaseList.LIST, list)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(list)
                .hasMessageContaining(reason);
    }

    @Test
    void refusesAnEntryWithoutAChecksum() throws Exception {
        Path list = list("linux-amd64", "a.tar.gz", DIGEST);
        Files.writeString(list, Files.readString(list).replaceAll("linux-amd64.sha256.*", ""));

        assertThatThrownBy(() -> ReleaseList.of(Map.of(ReleaseList.LIST, list.toString())))
                .hasMessageContaining("linux-amd64.sha256: \"\"");
    }

    @Test
    void refusesWhatIsNoAddressOrNoFile() {
        assertThatThrownBy(() -> ReleaseList.of(Map.of(ReleaseList.BASE, "mirror.lan")))
                .hasMessageContaining("CARAVAN_ENGINE_RELEASE_BASE: mirror.lan (expected:");
        assertThatThrownBy(() -> ReleaseList.of(Map.of(ReleaseList.LIST, "/no/such/list")))
                .hasMessageContaining("CARAVAN_ENGINE_RELEASE_LIST: /no/such/list cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-amd64",
        "Linux, aarch64, linux-arm64",
        "Mac OS X, aarch64, macos-arm64",
        "Mac OS X, x86_64, macos-amd64",
        "FreeBSD, riscv64, freebsd-riscv64"
    })
    void namesPlatformsAsInTheList(String system, String machine, String platform) {
        assertThat(ReleaseArchive.platform(system, machine)).isEqualTo(platform);
    }

    private Path list(String platform, String file, String digest) throws Exception {
        return Files.writeString(
                folder.resolve("list.properties"),
                """
                build = b1
                base = https://example.org/releases
                %1$s.file = %2$s
                %1$s.sha256 = %3$s
                """
                        .formatted(platform, file, digest));
    }
}
