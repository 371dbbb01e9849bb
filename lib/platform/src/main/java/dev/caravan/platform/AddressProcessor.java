package dev.caravan.platform;

import dev.caravan.platform.address.AddressChoice;
import dev.caravan.platform.address.AddressWish;
import dev.caravan.platform.address.AdvertisedAddress;
import dev.caravan.platform.address.HostNetwork;
import dev.caravan.platform.address.Route;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Chooses the advertised address before anything listens or makes itself known, and gives it to
 * Eureka, to the server where that is not told what to listen on, and as a bean.
 */
final class AddressProcessor implements EnvironmentPostProcessor, Ordered {

    private static final String SERVER_ADDRESS = "server.address";

    @Override
    public void postProcessEnvironment(
            ConfigurableEnvironment environment, SpringApplication application) {
        AdvertisedAddress chosen =
                AddressChoice.choose(wish(environment), HostNetwork.cards(), route(environment));
        environment
                .getPropertySources()
                .addLast(
                        new MapPropertySource(
                                "caravan address",
                                Map.of(
                                        "eureka.instance.ip-address",
                                        chosen.host(),
                                        SERVER_ADDRESS,
                                        AdvertisedAddress.literal(chosen.address()))));
        application.addInitializers(
                context ->
                        context.getBeanFactory()
                                .registerSingleton(AdvertisedAddress.class.getName(), chosen));
    }

    private static AddressWish wish(ConfigurableEnvironment environment) {
        AddressProperties settings =
                Binder.get(environment)
                        .bind("caravan.address", AddressProperties.class)
                        .orElseGet(() -> new AddressProperties(null, null));
        String service = environment.getProperty("spring.application.name", "");
        return new AddressWish(
                Optional.ofNullable(settings.advertise()),
                Optional.ofNullable(settings.networkInterface()),
                bind(environment),
                !service.equals("gateway-service"));
    }

    /** What does not resolve is the server's to refuse. */
    private static Optional<InetAddress> bind(ConfigurableEnvironment environment) {
        String told = environment.getProperty(SERVER_ADDRESS, "");
        try {
            return told.isBlank() ? Optional.empty() : Optional.of(InetAddress.getByName(told));
        } catch (UnknownHostException unknown) {
            return Optional.empty();
        }
    }

    /** The way to the first registry there is one to. */
    private static Route route(ConfigurableEnvironment environment) {
        List<Route> routes =
                DefaultsYield.registries(environment).stream().map(HostNetwork::routeTo).toList();
        return routes.stream()
                .filter(Route.By.class::isInstance)
                .findFirst()
                .orElse(routes.getFirst());
    }

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 2;
    }
}
