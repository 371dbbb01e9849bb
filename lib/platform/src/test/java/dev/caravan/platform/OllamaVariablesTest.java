package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class OllamaVariablesTest {

    @ParameterizedTest
    @CsvSource({
        "OLLAMA_KEEP_ALIVE, 5m, PT5M",
        "OLLAMA_KEEP_ALIVE, 300, PT5M",
        "OLLAMA_KEEP_ALIVE, 1h30m, PT1H30M",
        "OLLAMA_KEEP_ALIVE, 0, PT0S",
        "OLLAMA_KEEP_ALIVE, -1, PT-1S",
        "OLLAMA_KEEP_ALIVE, -2h, PT-1S",
        "OLLAMA_KEEP_ALIVE, '\"90s\"', PT1M30S",
        "OLLAMA_KEEP_ALIVE, soon, PT7S",
        "OLLAMA_KEEP_ALIVE, '', PT7S",
        "OLLAMA_LOAD_TIMEOUT, 90s, PT1M30S",
        "OLLAMA_LOAD_TIMEOUT, 0, PT87600H",
        "OLLAMA_LOAD_TIMEOUT, -5, PT87600H"
    })
    void readsDurationsAsOllamaDoes(String name, String value, Duration duration) {
        String key = OllamaVariable.valueOf(name).keys().getLast();

        ConfigurableEnvironment environment =
                environment("worker-agent", Map.of(name, value), Map.of(key, "7s"), Map.of());

        assertThat(Binder.get(environment).bind(key, Duration.class).get()).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({
        "OLLAMA_CONTEXT_LENGTH, 8192, caravan.gateway.context-length, 8192",
        "OLLAMA_CONTEXT_LENGTH, 0, caravan.gateway.context-length,",
        "OLLAMA_CONTEXT_LENGTH, -1, caravan.scheduler.context-length,",
        "OLLAMA_NUM_PARALLEL, 2, caravan.worker.slots, 2",
        "OLLAMA_NUM_PARALLEL, 2, caravan.worker.ollama.slots, 2",
        "OLLAMA_NUM_PARALLEL, many, caravan.scheduler.slots,",
        "OLLAMA_MAX_QUEUE, ' 0 ', caravan.gateway.admission.max-queued, 0",
        "OLLAMA_ORIGINS, '*', caravan.gateway.origins, *",
        "OLLAMA_MODELS, /srv/models, caravan.worker.models-dir, /srv/models",
        "OLLAMA_MAX_LOADED_MODELS, 3, caravan.scheduler.max-loaded-models, 3",
        "OLLAMA_FLASH_ATTENTION, 1, caravan.worker.engine.flash-attention, on",
        "OLLAMA_FLASH_ATTENTION, false, caravan.worker.engine.flash-attention, off",
        "OLLAMA_FLASH_ATTENTION, yes, caravan.worker.engine.flash-attention, on",
        "OLLAMA_KV_CACHE_TYPE, Q8_0, caravan.worker.engine.kv-cache-type, q8_0",
        "OLLAMA_NOPRUNE, 1, caravan.worker.prune, false",
        "OLLAMA_NOPRUNE, 0, caravan.worker.prune, true",
        "OLLAMA_DEBUG, 1, logging.level.dev.caravan, DEBUG",
        "OLLAMA_DEBUG, true, logging.level.dev.caravan, DEBUG",
        "OLLAMA_DEBUG, 2, logging.level.dev.caravan, TRACE",
        "OLLAMA_DEBUG, 0, logging.level.dev.caravan,",
        "OLLAMA_DEBUG, false, logging.level.dev.caravan,"
    })
    void isTheDefaultOfItsKeys(String name, String value, String key, @Nullable String read) {
        assertThat(environment("any", Map.of(name, value), Map.of(), Map.of()).getProperty(key))
                .isEqualTo(read);
    }

    @Test
    void yieldsToTheOperatorsOwnKeysAndNotToOurFiles() {
        Map<String, Object> variables = Map.of("OLLAMA_NUM_PARALLEL", "2", "OLLAMA_MAX_QUEUE", "9");

        ConfigurableEnvironment environment =
                environment(
                        "any",
                        variables,
                        Map.of(
                                "caravan.worker.slots", "4",
                                "caravan.gateway.admission.max-queued", "512"),
                        Map.of("caravan.worker.slots", "8"));

        assertThat(environment.getProperty("caravan.worker.slots")).isEqualTo("8");
        assertThat(environment.getProperty("caravan.gateway.admission.max-queued")).isEqualTo("9");
    }

    @Test
    void onlyTheGatewayListensWhereOllamaWould() {
        Map<String, Object> host = Map.of("OLLAMA_HOST", "0.0.0.0:8080");

        ConfigurableEnvironment gateway = environment("gateway-service", host, Map.of(), Map.of());
        ConfigurableEnvironment agent = environment("worker-agent", host, Map.of(), Map.of());

        assertThat(gateway.getProperty("server.address")).isEqualTo("0.0.0.0");
        assertThat(gateway.getProperty("server.port")).isEqualTo("8080");
        assertThat(agent.getProperty("server.address")).isNull();
        assertThat(agent.getProperty("server.port")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0, 11434",
        "0.0.0.0:8080, 0.0.0.0, 8080",
        ":8080, 0.0.0.0, 8080",
        "gpu-box, gpu-box, 11434",
        "http://gpu-box, gpu-box, 80",
        "https://gpu-box/ollama, gpu-box, 443",
        "http://1.2.3.4:99/, 1.2.3.4, 99",
        "[::1]:8080, ::1, 8080",
        "[::1], ::1, 11434",
        "::1, ::1, 11434",
        "1.2.3.4:66000, 1.2.3.4, 11434",
        "1.2.3.4:x, 1.2.3.4, 11434"
    })
    void readsAHostAsOllamaDoes(String text, String address, int port) {
        assertThat(OllamaHost.parse(text)).isEqualTo(new OllamaHost(address, port));
    }

    private static ConfigurableEnvironment environment(
            String service,
            Map<String, Object> variables,
            Map<String, Object> ours,
            Map<String, Object> operators) {
        var environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        Map<String, Object> file = new LinkedHashMap<>(ours);
        file.put("spring.application.name", service);
        sources.addLast(new MapPropertySource("operator", operators));
        sources.addLast(
                new MapPropertySource(
                        "Config resource 'class path resource [application.yml]'", file));
        sources.addFirst(new MapPropertySource("variables", variables));
        ConfigurationPropertySources.attach(environment);
        new OllamaVariables(logged -> LogFactory.getLog(OllamaVariablesTest.class))
                .postProcessEnvironment(environment, new SpringApplication());
        environment.setConversionService(new ApplicationConversionService());
        return environment;
    }
}
