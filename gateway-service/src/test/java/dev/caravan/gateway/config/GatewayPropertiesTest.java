package dev.caravan.gateway.config;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.run.KeepAlive;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class GatewayPropertiesTest {

    @Test
    void hasTheseDefaults() {
        GatewayProperties properties = bind(Map.of());

        assertThat(properties)
                .isEqualTo(
                        new GatewayProperties(
                                4096,
                                "",
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30),
                                6,
                                true,
                                DataSize.ofMegabytes(64),
                                List.of(),
                                DataSize.ofMegabytes(96),
                                Duration.ZERO,
                                new GatewayProperties.Admission(1024, 512)));
        assertThat(properties.loadKeepAlive()).isEqualTo(new KeepAlive.Unset());
    }

    @Test
    void readsEachKey() {
        GatewayProperties properties =
                bind(
                        Map.ofEntries(
                                entry("caravan.gateway.origins", "https://a.example,app://x*"),
                                entry("caravan.gateway.context-length", "8192"),
                                entry("caravan.gateway.keep-alive", "300"),
                                entry("caravan.gateway.cold-wait", "30s"),
                                entry("caravan.gateway.silence", "1m"),
                                entry("caravan.gateway.drain", "0"),
                                entry("caravan.gateway.retries", "2"),
                                entry("caravan.gateway.continuation", "false"),
                                entry("caravan.gateway.max-body", "1MB"),
                                entry("caravan.gateway.all-bodies", "2MB"),
                                entry("caravan.gateway.heartbeat", "3s"),
                                entry("caravan.gateway.admission.max-in-flight", "5"),
                                entry("caravan.gateway.admission.max-queued", "0")));

        assertThat(properties)
                .isEqualTo(
                        new GatewayProperties(
                                8192,
                                "300",
                                Duration.ofSeconds(30),
                                Duration.ofMinutes(1),
                                Duration.ZERO,
                                2,
                                false,
                                DataSize.ofMegabytes(1),
                                List.of("https://a.example", "app://x*"),
                                DataSize.ofMegabytes(2),
                                Duration.ofSeconds(3),
                                new GatewayProperties.Admission(5, 0)));
        assertThat(properties.loadKeepAlive()).isEqualTo(new KeepAlive.For(Duration.ofMinutes(5)));
    }

    @Test
    void namesAValueThatCannotBe() {
        assertThatThrownBy(() -> bind(Map.of("caravan.gateway.silence", "2s")))
                .hasRootCauseMessage("caravan.gateway.silence: PT2S (expected: >= PT3S)");
        assertThatThrownBy(() -> bind(Map.of("caravan.gateway.origins", "chat.example")))
                .rootCause()
                .hasMessageStartingWith("caravan.gateway.origins: \"chat.example\" (expected:");
    }

    private static GatewayProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("caravan.gateway", GatewayProperties.class);
    }
}
