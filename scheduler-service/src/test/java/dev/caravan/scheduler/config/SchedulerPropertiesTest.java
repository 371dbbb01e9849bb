package dev.caravan.scheduler.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

class SchedulerPropertiesTest {

    @Test
    void hasTheseDefaults() throws IOException {
        assertThat(bind(Map.of()))
                .isEqualTo(
                        new SchedulerProperties(
                                0, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1)));
    }

    @Test
    void takesOllamasNames() throws IOException {
        assertThat(
                        bind(
                                Map.of(
                                        "OLLAMA_NUM_PARALLEL", "2",
                                        "OLLAMA_CONTEXT_LENGTH", "8192",
                                        "OLLAMA_LOAD_TIMEOUT", "90s")))
                .isEqualTo(
                        new SchedulerProperties(
                                2, 8192, Duration.ofSeconds(90), Duration.ofMinutes(1)));
    }

    @Test
    void namesTheKeyAndWhatWasExpected() {
        assertThatThrownBy(() -> bind(Map.of("OLLAMA_LOAD_TIMEOUT", "0s")))
                .isInstanceOf(BindException.class)
                .hasRootCauseMessage("load-timeout: PT0S (expected: > 0)");
    }

    private static SchedulerProperties bind(Map<String, Object> given) throws IOException {
        var environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        sources.addFirst(new MapPropertySource("given", given));
        new YamlPropertySourceLoader()
                .load("application", new ClassPathResource("application.yml"))
                .forEach(sources::addLast);
        return new Binder(
                        ConfigurationPropertySources.get(environment),
                        new PropertySourcesPlaceholdersResolver(environment))
                .bindOrCreate("caravan.scheduler", Bindable.of(SchedulerProperties.class));
    }
}
