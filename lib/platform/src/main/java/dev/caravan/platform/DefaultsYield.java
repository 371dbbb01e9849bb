package dev.caravan.platform;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Moves {@code caravan-defaults.yml} to the lowest place. Boot lets an imported file win over the
 * one that imports it, which would make a service unable to differ from the defaults.
 */
final class DefaultsYield implements EnvironmentPostProcessor, Ordered {

    private static final String FILE = "caravan-defaults.yml";
    private static final URI REGISTRY = URI.create("http://127.0.0.1:8761");

    @Override
    public void postProcessEnvironment(
            ConfigurableEnvironment environment, SpringApplication application) {
        List<PropertySource<?>> defaults =
                environment.getPropertySources().stream()
                        .filter(source -> source.getName().contains(FILE))
                        .toList();
        for (PropertySource<?> source : defaults) {
            environment.getPropertySources().remove(source.getName());
            environment.getPropertySources().addLast(source);
        }
        environment
                .getPropertySources()
                .addLast(new MapPropertySource("caravan registry", eurekaZone(environment)));
    }

    private static Map<String, Object> eurekaZone(ConfigurableEnvironment environment) {
        return Map.of(
                "eureka.client.service-url.defaultZone",
                registries(environment).stream()
                        .map(DefaultsYield::eurekaUrl)
                        .collect(Collectors.joining(",")));
    }

    /** The registry's instances, one at least. */
    static List<URI> registries(ConfigurableEnvironment environment) {
        return Binder.get(environment)
                .bind("caravan.registry", Bindable.listOf(URI.class))
                .map(told -> told.isEmpty() ? List.of(REGISTRY) : told)
                .orElse(List.of(REGISTRY));
    }

    private static String eurekaUrl(URI registry) {
        String base = registry.toString();
        return (base.endsWith("/") ? base : base + "/") + "eureka/";
    }

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }
}
