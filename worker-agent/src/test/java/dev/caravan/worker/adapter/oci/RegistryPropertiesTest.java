package dev.caravan.worker.adapter.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RegistryPropertiesTest {

    @Test
    void allowsAllRegistriesUnlessSomeAreNamed() {
        RegistryProperties properties = bind(Map.of());

        assertThat(properties)
                .isEqualTo(new RegistryProperties(List.of(), Duration.ofSeconds(30), null, null));
        assertThat(properties.allows("example.org:5000")).isTrue();
    }

    @Test
    void hasTheseKeys() {
        RegistryProperties properties =
                bind(
                        Map.of(
                                "caravan.worker.registry.allowed", "registry.ollama.ai,hf.co",
                                "caravan.worker.registry.stall", "5s",
                                "caravan.worker.registry.key", "/k",
                                "caravan.worker.registry.authorities", "/a.pem"));

        assertThat(properties)
                .isEqualTo(
                        new RegistryProperties(
                                List.of("registry.ollama.ai", "hf.co"),
                                Duration.ofSeconds(5),
                                Path.of("/k"),
                                Path.of("/a.pem")));
        assertThat(properties.allows("HF.co")).isTrue();
        assertThat(properties.allows("hf.co:444")).isFalse();
    }

    @Test
    void namesTheKeyAndWhatWasExpected() {
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.registry.stall", "0s")))
                .rootCause()
                .hasMessage("stall: PT0S (expected: > 0)");
    }

    private static RegistryProperties bind(Map<String, Object> given) {
        return new Binder(new MapConfigurationPropertySource(given))
                .bindOrCreate("caravan.worker.registry", RegistryProperties.class);
    }
}
