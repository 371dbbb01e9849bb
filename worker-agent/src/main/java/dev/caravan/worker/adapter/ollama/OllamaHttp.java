package dev.caravan.worker.adapter.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.core.JacksonException;

/**
 * HTTP to one Ollama server. Each call has its own connection, since closing it is how a call is
 * cancelled. What bounds a call's time is its caller.
 */
final class OllamaHttp {

    private static final int CONNECT_TIMEOUT_MILLIS = 2000;

    /** Answers are some hundred kilobytes where a model has many tensors or licences. */
    private static final int LARGEST_ANSWER = 32 << 20;

    private static final int OK = 200;
    private static final int BUSY = 503;

    private final Supplier<OllamaUrl> url;
    private final HttpClient client;

    /**
     * @param url where it is now
     */
    OllamaHttp(Supplier<OllamaUrl> url) {
        this.url = url;
        this.client =
                HttpClient.create(ConnectionProvider.newConnection())
                        .keepAlive(false)
                        .disableRetry(true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        .headers(headers -> headers.set("Content-Type", "application/json"));
    }

    OllamaUrl url() {
        return url.get();
    }

    private String at(String path) {
        return url() + path;
    }

    <T> Mono<T> get(String path, Class<T> type) {
        return read(client.get().uri(at(path)), type);
    }

    <T> Mono<T> post(String path, Object body, Class<T> type) {
        return read(client.post().uri(at(path)).send(sent(body)), type);
    }

    /**
     * @param reader of the body of a good answer
     */
    <T> Flux<T> stream(String path, Object body, Function<Flux<ByteBuf>, Flux<T>> reader) {
        return client.post()
                .uri(at(path))
                .send(sent(body))
                .response(
                        (response, content) ->
                                response.status().code() == OK
                                        ? reader.apply(content)
                                        : bounded(content)
                                                .flatMapMany(
                                                        text ->
                                                                Mono.<T>error(
                                                                        refusal(response, text))))
                .onErrorMap(this::fault);
    }

    /** A request whose good answer is empty. */
    Mono<Void> done(HttpMethod method, String path, Object body) {
        return ended(client.request(method).uri(at(path)).send(sent(body)));
    }

    /** A file as a body; not sent where the server says that it has it. */
    Mono<Void> upload(String path, Path file) {
        Mono<Void> send = ended(client.post().uri(at(path)).send(ByteBufFlux.fromPath(file)));
        return client.head()
                .uri(at(path))
                .response()
                .onErrorMap(this::fault)
                .flatMap(there -> there.status().code() == OK ? Mono.<Void>empty() : send);
    }

    private Mono<Void> ended(HttpClient.ResponseReceiver<?> call) {
        return call.response(
                        (response, content) ->
                                bounded(content)
                                        .<Void>handle(
                                                (body, sink) -> {
                                                    if (response.status().code() / 100 != 2) {
                                                        sink.error(refusal(response, body));
                                                    }
                                                }))
                .then()
                .onErrorMap(this::fault);
    }

    private static Mono<ByteBuf> sent(Object body) {
        return Mono.fromSupplier(
                () -> Unpooled.wrappedBuffer(OllamaJson.MAPPER.writeValueAsBytes(body)));
    }

    private <T> Mono<T> read(HttpClient.ResponseReceiver<?> call, Class<T> type) {
        return call.response(
                        (response, content) ->
                                bounded(content)
                                        .map(
                                                body -> {
                                                    if (response.status().code() != OK) {
                                                        throw refusal(response, body);
                                                    }
                                                    return OllamaJson.MAPPER.readValue(body, type);
                                                }))
                .single()
                .onErrorMap(this::fault);
    }

    private static Mono<byte[]> bounded(ByteBufFlux content) {
        return content.asByteArray()
                .collect(Collected::new, (all, part) -> all.add(part, LARGEST_ANSWER))
                .map(Collected::bytes);
    }

    /** A body as it comes in. */
    private static final class Collected {

        private final java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();

        void add(byte[] part, int most) {
            if (part.length > most - body.size()) {
                throw new IllegalStateException(
                        "answer: longer than %d bytes (expected: less)".formatted(most));
            }
            body.writeBytes(part);
        }

        byte[] bytes() {
            return body.toByteArray();
        }
    }

    /** That it is full is no failure: the request is to be asked again, or of somebody else. */
    private static CaravanException refusal(HttpClientResponse response, byte[] body) {
        int status = response.status().code();
        String text = errorText(body);
        if (status == BUSY) {
            return new CaravanException(FaultCode.BUSY, text);
        }
        return status >= 400 && status <= 599
                ? new EngineRefusal(status, text)
                : new CaravanException(
                        FaultCode.UPSTREAM_FAILED,
                        "Ollama answered %d: %s (expected: 200)".formatted(status, text));
    }

    private static String errorText(byte[] body) {
        String whole = new String(body, UTF_8).strip();
        try {
            String told = OllamaJson.MAPPER.readValue(body, OllamaJson.Failure.class).error();
            return told == null ? whole : told;
        } catch (JacksonException notJson) {
            return whole;
        }
    }

    private Throwable fault(Throwable cause) {
        return switch (cause) {
            case CaravanException known -> known;
            case JacksonException notJson ->
                    new CaravanException(
                            FaultCode.UPSTREAM_FAILED,
                            "%s: is no Ollama: %s (expected: Ollama's JSON)"
                                    .formatted(url(), notJson.getOriginalMessage()),
                            notJson);
            default ->
                    new CaravanException(
                            FaultCode.UPSTREAM_FAILED,
                            "Ollama at %s: %s".formatted(url(), text(cause)),
                            cause);
        };
    }

    private static String text(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
