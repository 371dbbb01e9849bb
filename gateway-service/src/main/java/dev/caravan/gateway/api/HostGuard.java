package dev.caravan.gateway.api;

import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Refuses requests that name another host while the gateway listens on loopback only. No route has
 * OPTIONS, so such a request ends here whatever its host.
 */
public final class HostGuard implements WebFilter, Ordered {

    private static final int ORDER = CrossOrigin.ORDER + 1;

    private final HostRules rules;
    private final boolean loopback;
    private final RouteTable routes;

    /**
     * @param loopback whether only this machine reaches the gateway's port
     */
    public HostGuard(HostRules rules, boolean loopback, RouteTable routes) {
        this.rules = rules;
        this.loopback = loopback;
        this.routes = routes;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        boolean asks = exchange.getRequest().getMethod().equals(HttpMethod.OPTIONS);
        HostRules.Taken taken =
                loopback
                        ? rules.take(CrossOrigin.host(exchange.getRequest()))
                        : HostRules.Taken.ADDRESS;
        return switch (taken) {
            case REFUSED -> {
                routes.tellUnrouted(exchange);
                yield CrossOrigin.end(exchange, HttpStatus.FORBIDDEN);
            }
            case NAME -> asks ? options(exchange) : chain.filter(exchange);
            case ADDRESS -> asks ? unanswered() : chain.filter(exchange);
        };
    }

    private Mono<Void> options(ServerWebExchange exchange) {
        routes.tellUnrouted(exchange);
        return CrossOrigin.end(exchange, HttpStatus.NO_CONTENT);
    }

    /** As any other method that a path does not have. */
    private static Mono<Void> unanswered() {
        return Mono.error(new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
