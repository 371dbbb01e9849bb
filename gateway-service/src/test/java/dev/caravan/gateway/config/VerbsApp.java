package dev.caravan.gateway.config;

import dev.caravan.gateway.api.Draining;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.platform.Neighbours;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/**
 * The gateway without inference. No @Configuration, which a test of the whole application would
 * find by scanning.
 */
@EnableAutoConfiguration
@EnableConfigurationProperties(GatewayProperties.class)
@Import({
    ModelConfiguration.class,
    TransferConfiguration.class,
    EdgeConfiguration.class,
    Draining.class
})
class VerbsApp {

    /** Addresses by service; a test puts in what it needs. */
    static final Map<String, List<URI>> INSTANCES = new ConcurrentHashMap<>();

    @Bean
    NewestView newestView() {
        return new NewestView();
    }

    @Bean
    OllamaBodyReader bodies() {
        return new OllamaBodyReader();
    }

    @Bean
    @Primary
    Neighbours neighboursOfTheTest() {
        return service -> INSTANCES.getOrDefault(service, List.of());
    }
}
