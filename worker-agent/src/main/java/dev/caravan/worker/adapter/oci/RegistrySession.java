package dev.caravan.worker.adapter.oci;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** Calls to one registry about one model; a token that was given is used until it is refused. */
final class RegistrySession {

    private final RegistryHttp http;
    private final RegistryLogin login;
    private final URI registry;

    /** Guarded by this. */
    private String token = "";

    /** Guarded by this; the renewal under way, one for all calls that were refused. */
    private Optional<Mono<Void>> renewal = Optional.empty();

    RegistrySession(RegistryHttp http, RegistryLogin login, URI registry) {
        this.http = http;
        this.login = login;
        this.registry = registry;
    }

    RegistryHttp http() {
        return http;
    }

    URI address(String path) {
        return registry.resolve(path);
    }

    /**
     * Makes a call, after a 401 once more with a token.
     *
     * @param call made of a client that carries the token
     * @param reader of the answer, whatever its status; a 401 is an {@link Unauthorized}
     */
    <T> Flux<T> call(
            HttpClient client,
            Function<HttpClient, HttpClient.ResponseReceiver<?>> call,
            BiFunction<HttpClientResponse, ByteBufFlux, Publisher<T>> reader) {
        return Flux.defer(
                () -> {
                    String used = token();
                    return once(with(used, client), call, reader)
                            .onErrorResume(
                                    Unauthorized.class,
                                    asked ->
                                            renewed(asked, used)
                                                    .thenMany(
                                                            Flux.defer(
                                                                    () ->
                                                                            once(
                                                                                    with(
                                                                                            token(),
                                                                                            client),
                                                                                    call,
                                                                                    reader)))
                                                    .onErrorMap(
                                                            Unauthorized.class,
                                                            _ -> RegistryLogin.denied()));
                });
    }

    private <T> Flux<T> once(
            HttpClient client,
            Function<HttpClient, HttpClient.ResponseReceiver<?>> call,
            BiFunction<HttpClientResponse, ByteBufFlux, Publisher<T>> reader) {
        return call.apply(client)
                // A reader that throws must not leave the answer's buffers to nobody.
                .response((answer, body) -> Flux.defer(() -> reader.apply(answer, body)))
                .onErrorMap(failure -> RegistryHttp.broken(failure, registry));
    }

    private synchronized Mono<Void> renewed(Unauthorized asked, String used) {
        if (!token.equals(used)) {
            return Mono.empty();
        }
        Mono<Void> running =
                renewal.orElseGet(
                        () ->
                                Mono.justOrEmpty(asked.challenge())
                                        .switchIfEmpty(Mono.error(RegistryLogin::denied))
                                        .flatMap(challenge -> login.token(challenge, registry))
                                        .doOnNext(this::took)
                                        .doOnError(_ -> gaveUp())
                                        .then()
                                        .cache());
        renewal = Optional.of(running);
        return running;
    }

    private synchronized void took(String next) {
        token = next;
        renewal = Optional.empty();
    }

    private synchronized void gaveUp() {
        renewal = Optional.empty();
    }

    private synchronized String token() {
        return token;
    }

    private static HttpClient with(String token, HttpClient client) {
        return token.isEmpty()
                ? client
                : client.headers(
                        headers -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token));
    }
}
