package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * HTTP to one engine. Each call has its own connection: a call is cancelled by closing it, the
 * engine holds a thread for each idle connection, and on loopback a new one costs little. There is
 * no time limit on an answer, since a prompt may take minutes; what bounds it is its caller.
 */
final class EngineHttp {

    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    private final HttpClient client;

    /**
     * @param address host:port
     */
    EngineHttp(String address, String apiKey) {
        this.client =
                HttpClient.create(ConnectionProvider.newConnection())
                        .baseUrl("http://" + address)
                        .keepAlive(false)
                        .disableRetry(true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        .headers(
                                headers ->
                                        headers.set("Authorization", "Bearer " + apiKey)
                                                .set("Content-Type", "application/json"));
    }

    Mono<byte[]> get(String path) {
        return client.get()
                .uri(path)
                .responseSingle(EngineHttp::whole)
                .onErrorMap(EngineHttp::fault);
    }

    Mono<byte[]> post(String path, byte[] body) {
        return client.post()
                .uri(path)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                .responseSingle(EngineHttp::whole)
                .onErrorMap(EngineHttp::fault);
    }

    /**
     * @param reader of the body of a good answer; its own errors are not touched
     */
    <T> Flux<T> stream(String path, byte[] body, Function<ByteBufFlux, Flux<T>> reader) {
        return client.post()
                .uri(path)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                .response(
                        (response, content) ->
                                isGood(response)
                                        ? reader.apply(content)
                                        : content.aggregate()
                                                .asByteArray()
                                                .defaultIfEmpty(new byte[0])
                                                .flatMapMany(text -> refusal(response, text)))
                .onErrorMap(EngineHttp::fault);
    }

    private static boolean isGood(HttpClientResponse response) {
        return response.status().code() == 200;
    }

    private static Mono<byte[]> whole(HttpClientResponse response, ByteBufMono body) {
        Mono<byte[]> bytes = body.asByteArray().defaultIfEmpty(new byte[0]);
        return isGood(response) ? bytes : bytes.flatMap(text -> refusal(response, text));
    }

    private static <T> Mono<T> refusal(HttpClientResponse response, byte[] body) {
        int status = response.status().code();
        String text = new String(body, UTF_8);
        boolean reasoned = text.startsWith("{\"error\"");
        boolean ours = status == 401 || status == 404 || status == 503;
        return Mono.error(
                reasoned && !ours
                        ? new EngineRefusal(status, text)
                        : new CaravanException(
                                FaultCode.UPSTREAM_FAILED,
                                "engine answered %d: %s".formatted(status, text)));
    }

    private static Throwable fault(Throwable cause) {
        return cause instanceof CaravanException
                ? cause
                : new CaravanException(
                        FaultCode.UPSTREAM_FAILED, "engine: " + cause.getMessage(), cause);
    }
}
