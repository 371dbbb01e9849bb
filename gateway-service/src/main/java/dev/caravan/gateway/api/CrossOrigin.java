package dev.caravan.gateway.api;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets pages of other origins call, or refuses them, on every path. Written out instead of Spring's
 * own, whose statuses and headers differ from those that Ollama's clients in browsers were tried
 * with.
 */
public final class CrossOrigin implements WebFilter, Ordered {

    static final int ORDER = CleanPaths.ORDER + 1;

    private static final String METHODS = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS";

    private static final String HEADERS =
            String.join(
                    ",",
                    "Authorization",
                    "Content-Type",
                    "User-Agent",
                    "Accept",
                    "X-Requested-With",
                    "Openai-Beta",
                    "X-Stainless-Arch",
                    "X-Stainless-Async",
                    "X-Stainless-Custom-Poll-Interval",
                    "X-Stainless-Helper-Method",
                    "X-Stainless-Lang",
                    "X-Stainless-Os",
                    "X-Stainless-Package-Version",
                    "X-Stainless-Poll-Helper",
                    "X-Stainless-Retry-Count",
                    "X-Stainless-Runtime",
                    "X-Stainless-Runtime-Version",
                    "X-Stainless-Timeout");

    private static final String MAX_AGE_SECONDS = "43200";

    private final OriginRules rules;
    private final RouteTable routes;

    public CrossOrigin(OriginRules rules, RouteTable routes) {
        this.rules = rules;
        this.routes = routes;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String origin = request.getHeaders().getFirst(HttpHeaders.ORIGIN);
        if (origin == null || origin.isEmpty() || isSame(origin, host(request))) {
            return chain.filter(exchange);
        }
        if (!rules.allows(origin)) {
            routes.tellUnrouted(exchange);
            return end(exchange, HttpStatus.FORBIDDEN);
        }
        boolean preflight = request.getMethod().equals(HttpMethod.OPTIONS);
        tellOrigin(exchange.getResponse(), origin, preflight);
        return preflight ? preflight(exchange) : chain.filter(exchange);
    }

    private static boolean isSame(String origin, String host) {
        return origin.equals("http://" + host) || origin.equals("https://" + host);
    }

    static String host(ServerHttpRequest request) {
        @Nullable String host = request.getHeaders().getFirst(HttpHeaders.HOST);
        return host == null ? "" : host;
    }

    private void tellOrigin(ServerHttpResponse response, String origin, boolean preflight) {
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, rules.all() ? "*" : origin);
        if (!rules.all()) {
            headers.addAll(
                    HttpHeaders.VARY,
                    preflight
                            ? List.of(
                                    HttpHeaders.ORIGIN,
                                    HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD,
                                    HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS)
                            : List.of(HttpHeaders.ORIGIN));
        }
    }

    private Mono<Void> preflight(ServerWebExchange exchange) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        routes.tellUnrouted(exchange);
        return end(exchange, HttpStatus.NO_CONTENT);
    }

    static Mono<Void> end(ServerWebExchange exchange, HttpStatus status) {
        exchange.getResponse().setStatusCode(status);
        if (status != HttpStatus.NO_CONTENT) {
            exchange.getResponse().getHeaders().setContentLength(0);
        }
        return exchange.getResponse().setComplete();
    }
}
