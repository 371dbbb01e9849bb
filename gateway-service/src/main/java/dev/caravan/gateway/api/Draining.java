package dev.caravan.gateway.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What becomes of answers when the gateway is to end: clients that keep their connections are told
 * to open another one, which leads them to another gateway, and what is not answered in time ends
 * with one error.
 */
public final class Draining implements WebFilter, Ordered {

    private final Sinks.Empty<Void> over = Sinks.empty();
    private volatile boolean begun;

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(
                () -> {
                    if (begun) {
                        response.getHeaders().set(HttpHeaders.CONNECTION, "close");
                    }
                    return Mono.empty();
                });
        return chain.filter(exchange);
    }

    /** From now on each answer is the last of its connection. */
    public void begin() {
        begun = true;
    }

    /** Ends all answers that are left. */
    public void end() {
        over.tryEmitEmpty();
    }

    /** An answer that ends with the gateway: {@code NO_CAPACITY}. */
    <T> Flux<T> bounded(Flux<T> answer) {
        return Flux.defer(
                () -> {
                    AtomicBoolean cut = new AtomicBoolean();
                    return answer.takeUntilOther(over.asMono().doOnTerminate(() -> cut.set(true)))
                            .concatWith(
                                    Mono.defer(
                                            () ->
                                                    cut.get()
                                                            ? Mono.error(stopping())
                                                            : Mono.empty()));
                });
    }

    /** As of several, but it has one element. */
    <T> Mono<T> bounded(Mono<T> answer) {
        return bounded(answer.flux()).next();
    }

    private static CaravanException stopping() {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "the gateway is stopping and the answer was not finished in time; ask again");
    }
}
