package dev.caravan.platform;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Cancels what makes an answer's body when the answer is over, however that came. Spring's {@code
 * ChannelSendOperator} takes the first element before it hands a body to the server; where the
 * server refuses it then, since the client has just left, it drops the body without cancelling it,
 * and an engine would go on for nobody; a piece that nobody reads then would keep its buffer.
 */
final class LeftBodies implements WebFilter, Ordered {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(
                exchange.mutate().response(new Cancelling(exchange.getResponse())).build());
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    private static final class Cancelling extends ServerHttpResponseDecorator {

        Cancelling(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return cancelling(body, super::writeWith);
        }

        @Override
        public Mono<Void> writeAndFlushWith(
                Publisher<? extends Publisher<? extends DataBuffer>> body) {
            var unread = new AtomicReference<@Nullable Publisher<? extends DataBuffer>>();
            Flux<Publisher<? extends DataBuffer>> pieces =
                    Flux.from(body)
                            .map(
                                    piece -> {
                                        unread.set(piece);
                                        return Flux.<DataBuffer>from(piece)
                                                .doOnSubscribe(_ -> unread.set(null));
                                    });
            return cancelling(pieces, super::writeAndFlushWith)
                    .doFinally(_ -> release(unread.get()));
        }

        private static void release(@Nullable Publisher<? extends DataBuffer> piece) {
            if (piece != null) {
                Flux.from(piece).subscribe(DataBufferUtils.releaseConsumer());
            }
        }

        private static <T> Mono<Void> cancelling(
                Publisher<T> body, Function<Publisher<T>, Mono<Void>> write) {
            if (body instanceof Mono) {
                return write.apply(body);
            }
            return Mono.defer(
                    () -> {
                        var source = new AtomicReference<@Nullable Subscription>();
                        return write.apply(Flux.from(body).doOnSubscribe(source::set))
                                .doFinally(_ -> cancel(source.get()));
                    });
        }

        private static void cancel(@Nullable Subscription source) {
            if (source != null) {
                source.cancel();
            }
        }
    }
}
