package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** The server says at the first element that the client is gone, and takes no body. */
class LeftBodiesTest {

    private static final NettyDataBufferFactory BUFFERS =
            new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);

    private final TestPublisher<DataBuffer> body = TestPublisher.create();

    private Mono<Void> refusing(
            BiFunction<ServerHttpResponse, Flux<DataBuffer>, Mono<Void>> write) {
        MockServerWebExchange exchange =
                MockServerWebExchange.from(MockServerHttpRequest.get("/endless"));
        exchange.getResponse().setWriteHandler(_ -> Mono.error(new IOException("client is gone")));
        return new LeftBodies()
                .filter(exchange, inner -> write.apply(inner.getResponse(), body.flux()));
    }

    private void assertCancelled(Mono<Void> answer) {
        ByteBuf piece = PooledByteBufAllocator.DEFAULT.buffer().writeByte('a');
        StepVerifier.create(answer)
                .then(() -> body.next(BUFFERS.wrap(piece)))
                .verifyErrorMessage("client is gone");

        assertThat(body.wasCancelled()).isTrue();
        assertThat(piece.refCnt()).as("who holds the piece").isZero();
    }

    @Test
    void cancelsABodyThatTheServerRefused() {
        assertCancelled(refusing(ServerHttpResponse::writeWith));
    }

    @Test
    void cancelsABodyInPiecesThatTheServerRefused() {
        assertCancelled(
                refusing((response, pieces) -> response.writeAndFlushWith(pieces.map(Mono::just))));
    }

    @Test
    void writesABodyThatEnds() {
        MockServerWebExchange exchange =
                MockServerWebExchange.from(MockServerHttpRequest.get("/short"));
        StepVerifier.create(
                        new LeftBodies()
                                .filter(
                                        exchange,
                                        inner -> inner.getResponse().writeWith(body.flux())))
                .then(
                        () ->
                                body.next(
                                        DefaultDataBufferFactory.sharedInstance.wrap(
                                                new byte[] {'a'})))
                .then(body::complete)
                .verifyComplete();

        assertThat(exchange.getResponse().getBodyAsString().block()).isEqualTo("a");
    }
}
