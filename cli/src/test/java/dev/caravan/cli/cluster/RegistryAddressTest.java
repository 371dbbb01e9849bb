package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryAddressTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, http://10.0.0.1:8761",
        "10.0.0.1:9000, http://10.0.0.1:9000",
        "http://lab-1.example:9000/, http://lab-1.example:9000",
        "box, http://box:8761",
        "fd00::1, http://[fd00::1]:8761",
        "[fd00::1]:9000, http://[fd00::1]:9000",
    })
    void readsHostAndPort(String text, String url) {
        assertThat(RegistryAddress.parse("--join", text)).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":8761", "box:0", "box:65536", "box:port", "a b", "https://box", "a/b"})
    void refusesWhatIsNoHost(String text) {
        assertThatThrownBy(() -> RegistryAddress.parse("--join", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--join: " + text + " (expected: HOST or HOST:PORT");
    }
}
