package dev.caravan.scheduler.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.ModelPolicy;
import dev.caravan.scheduler.app.PolicyDefaults;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
                                0,
                                4096,
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(1),
                                0,
                                Map.of()));
    }

    @Test
    void hasTheseKeys() throws IOException {
        assertThat(
                        bind(
                                Map.of(
                                        "caravan.scheduler.max-loaded-models", "3",
                                        "caravan.scheduler.slots", "2",
                                        "caravan.scheduler.context-length", "8192",
                                        "caravan.scheduler.load-timeout", "90s")))
                .isEqualTo(
                        new SchedulerProperties(
                                2,
                                8192,
                                Duration.ofSeconds(90),
                                Duration.ofMinutes(1),
                                3,
                                Map.of()));
    }

    @Test
    void namesTheKeyAndWhatWasExpected() {
        assertThatThrownBy(() -> bind(Map.of("caravan.scheduler.load-timeout", "0s")))
                .isInstanceOf(BindException.class)
                .hasRootCauseMessage("load-timeout: PT0S (expected: > 0)");
    }

    @Test
    void takesPoliciesOfModels() throws IOException {
        String model = "caravan.scheduler.models.[big:7b]";

        PolicyDefaults defaults =
                bind(Map.of(
                                model + ".continuation", "exact",
                                model + ".minimum-hosts", "2",
                                model + ".context-length", "8192",
                                model + ".engine-options", "--threads,8",
                                model + ".standby", "1",
                                model + ".ranges", "a=0-3,b=4-7"))
                        .defaults()
                        .get(ModelRef.parse("big:7b").orElseThrow().key());

        assertThat(defaults)
                .isEqualTo(
                        new PolicyDefaults(
                                Optional.of(Continuation.EXACT),
                                List.of(
                                        ModelPolicy.Range.parse("a=0-3"),
                                        ModelPolicy.Range.parse("b=4-7")),
                                OptionalInt.of(2),
                                OptionalInt.of(8192),
                                List.of("--threads", "8"),
                                OptionalInt.of(1)));
    }

    @Test
    void namesTheModelWhosePolicyIsWrong() {
        assertThatThrownBy(
                        () ->
                                bind(
                                        Map.of(
                                                "caravan.scheduler.models.[big:7b].ranges",
                                                "a=0-3,b=5-7")))
                .isInstanceOf(BindException.class)
                .rootCause()
                .hasMessage("ranges: b begins at layer 5 (expected: 4)");
        assertThatThrownBy(
                        () ->
                                bind(
                                        Map.of(
                                                "caravan.scheduler.models.[big:7b].engine-options",
                                                "--log-file,/etc/x")))
                .isInstanceOf(BindException.class)
                .rootCause()
                .hasMessageContaining("\"--log-file\" (expected: one of [");
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
