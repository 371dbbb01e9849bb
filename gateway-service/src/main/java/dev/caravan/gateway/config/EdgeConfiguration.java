package dev.caravan.gateway.config;

import dev.caravan.gateway.api.CleanPaths;
import dev.caravan.gateway.api.CloudRoutes;
import dev.caravan.gateway.api.CrossOrigin;
import dev.caravan.gateway.api.HostGuard;
import dev.caravan.gateway.api.HostRules;
import dev.caravan.gateway.api.OriginRules;
import dev.caravan.gateway.api.RequestIds;
import dev.caravan.gateway.api.RouteTable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** What each request meets before its route, in this order. */
@Configuration(proxyBeanMethods = false)
class EdgeConfiguration {

    @Bean
    RequestIds requestIds(InstantSource clock) {
        return new RequestIds(clock);
    }

    @Bean
    CleanPaths cleanPaths() {
        return new CleanPaths();
    }

    @Bean
    CrossOrigin crossOrigin(GatewayProperties properties, RouteTable routes) {
        return new CrossOrigin(new OriginRules(properties.origins()), routes);
    }

    @Bean
    HostGuard hostGuard(ServerProperties server, RouteTable routes) {
        @Nullable InetAddress address = server.getAddress();
        return new HostGuard(
                new HostRules(machine()), address != null && address.isLoopbackAddress(), routes);
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }

    @Bean
    RouterFunction<ServerResponse> cloudRoutes() {
        return new CloudRoutes().routes();
    }
}
