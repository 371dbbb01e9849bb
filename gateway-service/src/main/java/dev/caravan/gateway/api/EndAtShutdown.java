package dev.caravan.gateway.api;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Ends answers that have no end of their own when the gateway stops: it would wait for them. */
public final class EndAtShutdown implements GatewayFilter, Ordered {

    private final Sinks.Empty<Void> closing = Sinks.empty();

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        return chain.filter(exchange).takeUntilOther(closing.asMono());
    }

    /** Before the filter that writes the answer, so that it is within what is ended. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    public void close() {
        closing.tryEmitEmpty();
    }
}
