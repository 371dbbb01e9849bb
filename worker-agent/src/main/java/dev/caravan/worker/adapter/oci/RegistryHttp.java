package dev.caravan.worker.adapter.oci;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * HTTP to strangers: it carries nothing of the cluster's. A redirect within the registry keeps the
 * token; one to another host, where blobs mostly lie, does not.
 */
final class RegistryHttp {

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int CONNECTIONS_PER_HOST = 64;

    /** Bytes of a manifest, a token or an error that are read; real ones have some kilobytes. */
    private static final int LARGEST_TEXT = 4 << 20;

    /** Characters of a registry's error page that are shown. */
    private static final int SHOWN = 500;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> MAY_GET_BETTER = Set.of(408, 425, 429);

    private final HttpClient plain;

    /**
     * @param version of this program
     * @param authorities whose certificates are taken
     */
    RegistryHttp(String version, TrustedAuthorities authorities) {
        SslContext trusting = trusting(authorities);
        this.plain =
                HttpClient.create(
                                ConnectionProvider.builder("registries")
                                        .maxConnections(CONNECTIONS_PER_HOST)
                                        .build())
                        .proxyWithSystemProperties()
                        .disableRetry(true)
                        .secure(tls -> tls.sslContext(trusting))
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        // Registries tell clients that are too old for a model by this name.
                        .headers(
                                headers ->
                                        headers.set(
                                                HttpHeaderNames.USER_AGENT,
                                                "ollama/0.33.0 (amd64 linux) Caravan/" + version));
    }

    private static SslContext trusting(TrustedAuthorities authorities) {
        try {
            return SslContextBuilder.forClient()
                    .trustManager(authorities.load())
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
        } catch (SSLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** One that goes where it is sent. */
    HttpClient following() {
        return plain.followRedirect(
                (_, response) -> REDIRECTS.contains(response.status().code()),
                RegistryHttp::keepToken);
    }

    /** One that shows redirects to its caller. */
    HttpClient plain() {
        return plain;
    }

    private static void keepToken(HttpHeaders before, HttpClientRequest next) {
        String token = before.get(HttpHeaderNames.AUTHORIZATION);
        String host = before.get(HttpHeaderNames.HOST);
        URI to = URI.create(next.resourceUrl());
        if (token != null && host != null && host.equalsIgnoreCase(authority(to))) {
            next.header(HttpHeaderNames.AUTHORIZATION, token);
        } else {
            next.requestHeaders().remove(HttpHeaderNames.AUTHORIZATION);
        }
    }

    /** Host and port as a {@code Host} header has them: without the port of the scheme. */
    private static String authority(URI address) {
        int usual = "https".equals(address.getScheme()) ? 443 : 80;
        return address.getPort() < 0 || address.getPort() == usual
                ? address.getHost()
                : address.getHost() + ":" + address.getPort();
    }

    static Mono<byte[]> bounded(ByteBufFlux body) {
        return body.asByteArray()
                .collect(
                        java.io.ByteArrayOutputStream::new,
                        (all, part) -> {
                            if (all.size() + part.length > LARGEST_TEXT) {
                                throw new CaravanException(
                                        FaultCode.INVALID_REQUEST,
                                        "the registry's answer has more than %d bytes"
                                                .formatted(LARGEST_TEXT));
                            }
                            all.writeBytes(part);
                        })
                .map(java.io.ByteArrayOutputStream::toByteArray);
    }

    /** What an answer that is no success means; a 401 is {@link Unauthorized}. */
    static <T> Mono<T> refused(HttpClientResponse response, ByteBufFlux body) {
        int status = response.status().code();
        if (status == 401) {
            return Mono.error(
                    new Unauthorized(
                            Challenge.parse(
                                    response.responseHeaders()
                                            .get(HttpHeaderNames.WWW_AUTHENTICATE))));
        }
        if (status == 404) {
            return Mono.error(
                    new CaravanException(FaultCode.MODEL_NOT_FOUND, "file does not exist"));
        }
        return bounded(body)
                .map(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8).strip())
                .defaultIfEmpty("")
                .flatMap(
                        text ->
                                Mono.error(
                                        new CaravanException(
                                                code(status),
                                                "%d: %s"
                                                        .formatted(
                                                                status,
                                                                text.length() > SHOWN
                                                                        ? text.substring(0, SHOWN)
                                                                        : text))));
    }

    private static FaultCode code(int status) {
        if (status == 403) {
            return FaultCode.FORBIDDEN;
        }
        return status >= 500 || MAY_GET_BETTER.contains(status)
                ? FaultCode.UPSTREAM_FAILED
                : FaultCode.INVALID_REQUEST;
    }

    /** A connection that broke, or never was, or to somebody else: that gets no better. */
    static Throwable broken(Throwable failure, URI address) {
        if (!(failure instanceof IOException)) {
            return failure;
        }
        return isStranger(failure)
                ? new CaravanException(
                        FaultCode.INVALID_REQUEST,
                        "%s: %s (expected: HTTPS with a certificate of an authority that is known here, see caravan.worker.registry.authorities, or \"insecure\": true and plain HTTP)"
                                .formatted(authority(address), failure.getMessage()),
                        failure)
                : new CaravanException(
                        FaultCode.UPSTREAM_FAILED,
                        "%s: %s".formatted(authority(address), failure.getMessage()),
                        failure);
    }

    private static boolean isStranger(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(
                        cause ->
                                cause instanceof CertificateException
                                        || cause instanceof NotSslRecordException);
    }
}
