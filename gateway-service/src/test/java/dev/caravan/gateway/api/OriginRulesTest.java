package dev.caravan.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginRulesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost",
                "https://localhost:3000",
                "http://127.0.0.1:80",
                "https://0.0.0.0",
                "app://obsidian.md",
                "file://",
                "tauri://localhost",
                "vscode-webview://abc",
                "vscode-file://vscode-app"
            })
    void letsInWhatOllamaAlwaysLetsIn(String origin) {
        assertThat(new OriginRules(List.of()).allows(origin)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "http://localhost.evil.com",
                "http://192.168.0.1",
                "chrome-extension://abc",
                "null"
            })
    void refusesTheRest(String origin) {
        assertThat(new OriginRules(List.of()).allows(origin)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example, https://a.example, true",
        "https://a.example, https://a.example:1, false",
        "https://*.example, https://b.example, true",
        "https://*.example, https://b.example.com, false",
        "chrome-extension://*, chrome-extension://abc, true",
        "' HTTPS://A.example ', https://a.example, true",
        "*, anything, true"
    })
    void addsWhatTheOperatorNames(String entry, String origin, boolean allowed) {
        assertThat(new OriginRules(List.of(entry)).allows(origin)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "https://*.a.*", "ftp://x"})
    void refusesAnEntryThatNoOriginCanBe(String entry) {
        assertThatThrownBy(() -> new OriginRules(List.of(entry)))
                .hasMessageStartingWith("caravan.gateway.origins: \"%s\" (expected:", entry);
    }

    @Test
    void saysWhetherEverybodyMayCall() {
        assertThat(new OriginRules(List.of("*")).all()).isTrue();
        assertThat(new OriginRules(List.of("", "app://*")).all()).isFalse();
    }
}
