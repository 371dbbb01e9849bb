package dev.caravan.gateway.api;

import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Tells the work of a request, in its context under {@link EventLoop}, which event loop the
 * client's connection is on, so that its other connections can be on the same one.
 */
public final class OwnEventLoop implements WebFilter, Ordered {

    @Override
    public int getOrder() {
        return RequestIds.ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpServerResponse connection =
                ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
        AtomicReference<EventLoop> loop = new AtomicReference<>();
        connection.withConnection(held -> loop.set(held.channel().eventLoop()));
        return chain.filter(exchange)
                .contextWrite(context -> context.put(EventLoop.class, loop.get()));
    }
}
