package dev.caravan.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.run.KeepAlive;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

class WorkerPropertiesTest {

    @Test
    void hasTheseDefaults() throws IOException {
        assertThat(bind(Map.of()))
                .isEqualTo(
                        new WorkerProperties(
                                Duration.ofMinutes(5),
                                null,
                                0,
                                4,
                                null,
                                null,
                                true,
                                Duration.ofDays(7),
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(30),
                                DataSize.ofGigabytes(32),
                                Duration.ofSeconds(10),
                                new WorkerProperties.Engine("", "auto", ""),
                                List.of()));
    }

    /** As a compose file writes a variable that nobody has set. */
    @Test
    void aBlankMemoryIsNone() throws IOException {
        assertThat(bind(Map.of("caravan.worker.memory", ""))).isEqualTo(bind(Map.of()));
    }

    @Test
    void hasTheseKeys() throws IOException {
        assertThat(
                        bind(
                                Map.ofEntries(
                                        Map.entry("caravan.worker.keep-alive", "-1s"),
                                        Map.entry("caravan.worker.memory", "8GB"),
                                        Map.entry("caravan.worker.cores", "3"),
                                        Map.entry("caravan.worker.slots", "2"),
                                        Map.entry("caravan.worker.engine-dir", "/opt/llama"),
                                        Map.entry("caravan.worker.models-dir", "/models"),
                                        Map.entry("caravan.worker.prune", "false"),
                                        Map.entry("caravan.worker.prune-partials-after", "1h"),
                                        Map.entry("caravan.worker.load-timeout", "90s"),
                                        Map.entry("caravan.worker.client-patience", "5s"),
                                        Map.entry("caravan.worker.prompt-patience", "2m"),
                                        Map.entry("caravan.worker.drain", "0"),
                                        Map.entry("caravan.worker.tensor-cache", "0"),
                                        Map.entry("caravan.worker.rpc-keep", "0"),
                                        Map.entry("caravan.worker.engine.cpu-variant", "haswell"),
                                        Map.entry("caravan.worker.engine.flash-attention", "on"),
                                        Map.entry("caravan.worker.engine.kv-cache-type", "q8_0"),
                                        Map.entry(
                                                "caravan.worker.engine-arguments",
                                                "--mlock,-lv,4"))))
                .isEqualTo(
                        new WorkerProperties(
                                Duration.ofSeconds(-1),
                                DataSize.ofGigabytes(8),
                                3,
                                2,
                                Path.of("/opt/llama"),
                                Path.of("/models"),
                                false,
                                Duration.ofHours(1),
                                Duration.ofSeconds(90),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(2),
                                Duration.ZERO,
                                DataSize.ofBytes(0),
                                Duration.ZERO,
                                new WorkerProperties.Engine("haswell", "on", "q8_0"),
                                List.of("--mlock", "-lv", "4")));
    }

    @Test
    void takesANegativeKeepAliveForEver() throws IOException {
        assertThat(bind(Map.of("caravan.worker.keep-alive", "-1s")).defaultKeepAlive())
                .isEqualTo(new KeepAlive.Forever());
    }

    @Test
    void namesTheKeyAndWhatWasExpected() {
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.load-timeout", "0s")))
                .isInstanceOf(BindException.class)
                .hasRootCauseMessage("load-timeout: PT0S (expected: > 0)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.prune-partials-after", "0s")))
                .hasRootCauseMessage("prune-partials-after: PT0S (expected: > 0)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.drain", "-1s")))
                .hasRootCauseMessage("drain: PT-1S (expected: >= 0)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.memory", "0B")))
                .isInstanceOf(BindException.class)
                .hasRootCauseMessage("memory: 0B (expected: > 0)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.engine.cpu-variant", "../x")))
                .hasRootCauseMessage(
                        "engine.cpu-variant: \"../x\" (expected: one that the agent's report names,"
                                + " such as haswell)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.engine.flash-attention", "maybe")))
                .hasRootCauseMessage(
                        "engine.flash-attention: \"maybe\" (expected: auto, on or off)");
        assertThatThrownBy(
                        () ->
                                bind(
                                        Map.of(
                                                "caravan.worker.engine.flash-attention",
                                                "off",
                                                "caravan.worker.engine.kv-cache-type",
                                                "q8_0")))
                .hasRootCauseMessage(
                        "engine.kv-cache-type: q8_0 with flash attention off (expected: f32, f16"
                                + " or bf16; others need it)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.tensor-cache", "-1B")))
                .hasRootCauseMessage("tensor-cache: -1B (expected: >= 0)");
        assertThatThrownBy(() -> bind(Map.of("caravan.worker.rpc-keep", "-1s")))
                .hasRootCauseMessage("rpc-keep: PT-1S (expected: >= 0)");
    }

    private static WorkerProperties bind(Map<String, Object> given) throws IOException {
        var environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        sources.addFirst(new MapPropertySource("given", given));
        new YamlPropertySourceLoader()
                .load("application", new ClassPathResource("application.yml"))
                .forEach(sources::addLast);
        return new Binder(
                        ConfigurationPropertySources.get(environment),
                        new PropertySourcesPlaceholdersResolver(environment),
                        ApplicationConversionService.getSharedInstance())
                .bindOrCreate("caravan.worker", Bindable.of(WorkerProperties.class));
    }
}
