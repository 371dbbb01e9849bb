package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** The server says at the first element that the client is gone, and takes no body. */
class LeftBodiesTest {

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
        StepVerifier.create(answer)
                .then(() -> body.next(DefaultDataBufferFactory.sharedInstance.wrap(new byte[1])))
                .verifyErrorMessage("client is gone");

        assertThat(body.wasCancelled()).isTrue();
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
