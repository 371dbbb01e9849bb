package dev.caravan.worker.adapter.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.engine.process.ProcessLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OllamaPropertiesTest {

    private static OllamaProperties properties(@Nullable String url) {
        return properties(url, null);
    }

    private static OllamaProperties properties(@Nullable String url, @Nullable String command) {
        return new OllamaProperties(
                url, command, null, 1, Duration.ofSeconds(3), Duration.ofMinutes(10));
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:11434, http://127.0.0.1:11434",
        "127.0.0.1:8080, http://127.0.0.1:8080",
        "gpu, http://gpu:11434",
        "http://gpu, http://gpu:80",
        "https://gpu/ollama/, https://gpu:443/ollama"
    })
    void readsTheUrlAsOllamaDoes(String url, String address) {
        assertThat(properties(url).address().orElseThrow()).hasToString(address);
    }

    @Test
    void hasNoServerWhereNoneIsGiven(@TempDir Path folder) throws IOException {
        try (ProcessLauncher launcher = ProcessLauncher.open(folder.resolve("run"))) {
            OllamaLaunch launch =
                    new OllamaLaunch(launcher, folder, "c1", folder.resolve("store"), Map.of());

            assertThat(properties(null).server(Duration.ofMinutes(1), launch)).isEmpty();
            assertThat(properties(" ").server(Duration.ofMinutes(1), launch)).isEmpty();
            assertThat(properties("gpu").server(Duration.ofMinutes(1), launch)).isPresent();
            assertThat(properties(" ", "ollama").server(Duration.ofMinutes(1), launch))
                    .hasValueSatisfying(
                            server -> assertThat(server.status().url()).isEqualTo("ollama"));
        }
    }

    @Test
    void isEitherFoundOrStarted() {
        assertThatThrownBy(() -> properties("gpu", "ollama"))
                .hasMessageContaining("url: gpu, command: ollama")
                .hasMessageContaining("caravan.worker.ollama.url")
                .hasMessageContaining("caravan.worker.ollama.command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://gpu", "http://user@gpu", "http://gpu?x=1", "a b", "http://"})
    void namesAUrlThatIsNone(String url) {
        assertThatThrownBy(() -> properties(url))
                .hasMessage(
                        "url: \"%s\" (expected: http://HOST[:PORT][/PATH], or https)"
                                .formatted(url));
    }

    @Test
    void knowsWhetherTheServerIsOnThisHost() {
        assertThat(OllamaUrl.parse("127.0.0.1").isHere()).isTrue();
        assertThat(OllamaUrl.parse("192.0.2.7").isHere()).isFalse();
    }
}
