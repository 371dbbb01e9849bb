package dev.caravan.platform;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * Puts what {@link OllamaVariable}s say above the defaults in our own files and below everything
 * that an operator sets by our own keys.
 */
final class OllamaVariables implements EnvironmentPostProcessor, Ordered {

    private static final String GATEWAY = "gateway-service";

    /** What leaves it to the server, in whatever words. */
    private static final Set<String> NOTHING = Set.of("0", "false");

    private static final String OWN_FILES = "class path resource [";

    private final Log log;

    OllamaVariables(DeferredLogFactory logs) {
        log = logs.getLog(OllamaVariables.class);
    }

    @Override
    public void postProcessEnvironment(
            ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> defaults = new LinkedHashMap<>();
        for (OllamaVariable variable : OllamaVariable.values()) {
            String sent = environment.getProperty(variable.name(), "");
            variable.value(sent)
                    .ifPresentOrElse(
                            value -> put(defaults, variable, value, environment),
                            () -> tell(variable, sent));
        }
        insert(environment.getPropertySources(), new MapPropertySource("ollama", defaults));
    }

    private static void put(
            Map<String, Object> defaults,
            OllamaVariable variable,
            String value,
            ConfigurableEnvironment environment) {
        if (variable != OllamaVariable.OLLAMA_HOST) {
            variable.keys().forEach(key -> defaults.put(key, value));
        } else if (GATEWAY.equals(environment.getProperty("spring.application.name"))) {
            OllamaHost host = OllamaHost.parse(value);
            defaults.put("server.address", host.address());
            defaults.put("server.port", host.port());
        }
    }

    private void tell(OllamaVariable variable, String sent) {
        if (!sent.isBlank() && !NOTHING.contains(sent.strip())) {
            log.warn("%s: \"%s\" makes no sense and is not used".formatted(variable, sent));
        }
    }

    private static void insert(MutablePropertySources sources, PropertySource<?> defaults) {
        sources.stream()
                .filter(source -> source.getName().contains(OWN_FILES))
                .findFirst()
                .ifPresentOrElse(
                        own -> sources.addBefore(own.getName(), defaults),
                        () -> sources.addLast(defaults));
    }

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }
}
