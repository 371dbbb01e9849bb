package dev.caravan.gateway.config;

import dev.caravan.gateway.api.EndAtShutdown;
import dev.caravan.gateway.api.PassedOn;
import dev.caravan.platform.ClusterToken;
import java.net.URI;
import java.util.List;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.GatewayFilterSpec;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The cluster page, which the health service serves. */
@Configuration(proxyBeanMethods = false)
class PageConfiguration {

    private static final String SERVICE = "health-service";
    private static final String PAGE = "/cluster/";

    /**
     * Names that a file of the page may have, and no other path: requests are passed on with the
     * cluster's token, so a path must not lead anywhere else, however it is written.
     */
    private static final String FILES = "/cluster/{file:[a-z]+(?:\\.[a-z]+)?}";

    private static final List<HttpMethod> METHODS = List.of(HttpMethod.GET, HttpMethod.HEAD);

    @Bean
    PassedOn pageItself() {
        return new PassedOn(PAGE, METHODS);
    }

    @Bean
    PassedOn pageFiles() {
        return new PassedOn(FILES, METHODS);
    }

    @Bean
    RouterFunction<ServerResponse> pageWithoutItsSlash() {
        return RouterFunctions.route()
                .GET("/cluster", _ -> toThePage())
                .HEAD("/cluster", _ -> toThePage())
                .build();
    }

    private static Mono<ServerResponse> toThePage() {
        return ServerResponse.temporaryRedirect(URI.create("cluster/")).build();
    }

    @Bean
    EndAtShutdown endAtShutdown() {
        return new EndAtShutdown();
    }

    @Bean
    ApplicationListener<ContextClosedEvent> endOfPageStreams(EndAtShutdown streams) {
        return _ -> streams.close();
    }

    /** The caller's own credentials end here. */
    @Bean
    RouteLocator pageRoute(
            RouteLocatorBuilder builder, ClusterToken token, EndAtShutdown endAtShutdown) {
        return builder.routes()
                .route(
                        "cluster-page",
                        route ->
                                route.path(PAGE, FILES)
                                        .and()
                                        .method(METHODS.toArray(HttpMethod[]::new))
                                        .filters(
                                                filters ->
                                                        withToken(filters, token)
                                                                .filter(endAtShutdown))
                                        .uri("lb://" + SERVICE))
                .build();
    }

    private static GatewayFilterSpec withToken(GatewayFilterSpec filters, ClusterToken token) {
        return filters.removeRequestHeader(HttpHeaders.COOKIE)
                .setRequestHeader(HttpHeaders.AUTHORIZATION, token.authorization());
    }
}
