package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTokenTest {

    @TempDir Path folder;

    @Test
    void readsTheFileAndTrimsIt() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "  abc123\n");

        ClusterToken token = ClusterToken.from(properties(file, "ignored"));

        assertThat(token.authorization()).isEqualTo("Bearer abc123");
        assertThat(token.accepts("Bearer abc123")).isTrue();
        assertThat(token.accepts("Bearer abc124")).isFalse();
        assertThat(token.accepts("Bearer abc123 ")).isFalse();
        assertThat(token.accepts("abc123")).isFalse();
        assertThat(token.accepts(null)).isFalse();
    }

    @Test
    void refusesToStartWithoutATokenAndSaysHowToGiveOne() {
        assertThatThrownBy(() -> ClusterToken.from(properties(null, null)))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining("CARAVAN_TOKEN_FILE");
    }

    @Test
    void refusesABlankToken() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), " \n");

        assertThatThrownBy(() -> ClusterToken.from(properties(file, null)))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> ClusterToken.from(properties(null, "")))
                .isInstanceOf(ConfigurationFault.class);
    }

    @Test
    void namesAFileThatCannotBeRead() {
        Path file = folder.resolve("absent");

        assertThatThrownBy(() -> ClusterToken.from(properties(file, null)))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void isNotShownByAnything() {
        ClusterProperties properties = properties(null, "topsecret");

        assertThat(properties + " " + ClusterToken.from(properties)).doesNotContain("topsecret");
    }

    private static ClusterProperties properties(@Nullable Path file, @Nullable String token) {
        return new ClusterProperties(
                "test",
                file,
                token,
                List.of(URI.create("http://127.0.0.1:1")),
                URI.create("redis://127.0.0.1:1"),
                null,
                Path.of("data"));
    }
}
