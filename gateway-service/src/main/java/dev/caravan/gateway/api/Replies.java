package dev.caravan.gateway.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.Continued;
import dev.caravan.gateway.dialect.ollama.OllamaErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.core.io.buffer.PooledDataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Writes answers. Nothing is sent before the first line is there, so a failure until then still has
 * its own status. Buffers go out as they come: Reactor Netty flushes when none is behind.
 */
final class Replies {

    private static final Logger log = LoggerFactory.getLogger(Replies.class);
    private static final String CONTINUED = "X-Caravan-Continued";
    private static final String JSON = "application/json; charset=utf-8";

    private static final String LINES = "application/x-ndjson";

    /** Ollama names no character set where an engine refuses what was to be a stream. */
    private static final String BARE_JSON = "application/json";

    private final ServerHttpResponse response;
    private final NettyDataBufferFactory buffers;

    Replies(ServerHttpResponse response) {
        this.response = response;
        this.buffers = (NettyDataBufferFactory) response.bufferFactory();
    }

    ByteBufAllocator allocator() {
        return buffers.getByteBufAllocator();
    }

    /** The kind of answer that was asked for; another may be given. */
    void wished(String contentType) {
        response.getHeaders().set(HttpHeaders.CONTENT_TYPE, contentType);
    }

    Mono<Void> stream(String contentType, Flux<ByteBuf> lines) {
        wished(contentType);
        return response.writeWith(
                lines.<DataBuffer>map(buffers::wrap)
                        .doOnDiscard(PooledDataBuffer.class, PooledDataBuffer::release)
                        .doOnDiscard(ByteBuf.class, ByteBuf::release));
    }

    Mono<Void> whole(String contentType, Mono<ByteBuf> object) {
        return object.flatMap(
                bytes -> {
                    HttpHeaders headers = response.getHeaders();
                    headers.set(HttpHeaders.CONTENT_TYPE, contentType);
                    headers.setContentLength(bytes.readableBytes());
                    return response.writeWith(Mono.just(buffers.wrap(bytes)));
                });
    }

    /** Tells in a header that replicas were lost on the way to a whole answer. */
    void continued(Continued how) {
        response.getHeaders()
                .set(CONTINUED, "times=%d; exact=%b".formatted(how.times(), how.exact()));
    }

    /**
     * Cancels the work when the client's connection closes. An answer that is still being collected
     * writes nothing, and only a write would notice otherwise.
     */
    Mono<Void> untilClosed(Mono<Void> work) {
        HttpServerResponse connection = ServerHttpResponseDecorator.getNativeResponse(response);
        AtomicReference<Mono<Void>> closed = new AtomicReference<>(Mono.never());
        connection.withConnection(held -> closed.set(closed(held.channel())));
        return work.takeUntilOther(closed.get());
    }

    private static Mono<Void> closed(Channel channel) {
        return Mono.create(
                sink -> {
                    ChannelFutureListener listener = closing -> sink.success();
                    channel.closeFuture().addListener(listener);
                    // a connection serves many requests: none may leave its listener behind
                    sink.onDispose(() -> channel.closeFuture().removeListener(listener));
                });
    }

    /** Turns a failure before the first byte into the dialect's form. */
    static Mono<Void> settle(ServerHttpResponse response, Mono<Void> answer) {
        return answer.onErrorResume(
                fault -> response.isCommitted() ? Mono.error(fault) : refuse(response, fault));
    }

    private static Mono<Void> refuse(ServerHttpResponse response, Throwable fault) {
        if (!(fault instanceof CaravanException)) {
            log.atError().setCause(fault).log("a request failed in a way that nobody foresaw");
        }
        int status = status(fault);
        response.setStatusCode(HttpStatusCode.valueOf(status));
        HttpHeaders headers = response.getHeaders();
        boolean streamed = LINES.equals(headers.getFirst(HttpHeaders.CONTENT_TYPE));
        headers.set(
                HttpHeaders.CONTENT_TYPE,
                streamed && fault instanceof EngineRefusal ? BARE_JSON : JSON);
        if (status == 503) {
            headers.set(
                    HttpHeaders.RETRY_AFTER, Integer.toString(OllamaErrors.RETRY_AFTER_SECONDS));
        }
        byte[] body = OllamaErrors.body(text(fault));
        headers.setContentLength(body.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }

    static int status(Throwable fault) {
        return switch (fault) {
            case EngineRefusal engine -> engine.status();
            case CaravanException known -> OllamaErrors.status(known.code());
            default -> OllamaErrors.status(FaultCode.INTERNAL);
        };
    }

    /** What a client is told; the details of a defect stay in the log. */
    static String text(Throwable fault) {
        return fault instanceof CaravanException known
                ? String.valueOf(known.getMessage())
                : "internal error; see the gateway's log";
    }
}
