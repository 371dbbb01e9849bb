package dev.caravan.worker.adapter.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.wire.WireJson;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Gets a bearer token for what a registry asks for, signed with the agent's key. */
final class RegistryLogin {

    private static final int NONCE_BYTES = 16;

    private final RegistryHttp http;
    private final SigningKeyFile key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    RegistryLogin(RegistryHttp http, SigningKeyFile key, InstantSource clock) {
        this.http = http;
        this.key = key;
        this.clock = clock;
    }

    /**
     * @param registry the realm must be on its host, since the signature goes there
     */
    Mono<String> token(Challenge challenge, URI registry) {
        return Mono.fromCallable(() -> signed(address(challenge, registry)))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(this::ask);
    }

    private record Signed(URI address, String signature) {}

    /** Signs the method, the address and the digest of the empty body, as registries check them. */
    private Signed signed(URI address) {
        String digest = HexFormat.of().formatHex(sha256().digest());
        String text =
                "GET,%s,%s"
                        .formatted(
                                address,
                                Base64.getEncoder().encodeToString(digest.getBytes(UTF_8)));
        return new Signed(address, key.read().authorization(text));
    }

    private Mono<String> ask(Signed request) {
        return http.plain()
                .headers(headers -> headers.set(HttpHeaderNames.AUTHORIZATION, request.signature()))
                .get()
                .uri(request.address())
                .responseSingle(
                        (response, body) ->
                                response.status().code() == 200
                                        ? body.asByteArray().map(RegistryLogin::token)
                                        : Mono.error(denied()))
                .switchIfEmpty(Mono.error(RegistryLogin::denied))
                .onErrorMap(failure -> RegistryHttp.broken(failure, request.address()));
    }

    private URI address(Challenge challenge, URI registry) {
        URI realm = URI.create(challenge.realm());
        if (realm.getHost() == null || !realm.getHost().equalsIgnoreCase(registry.getHost())) {
            throw new CaravanException(
                    FaultCode.FORBIDDEN,
                    "realm host \"%s\" does not match original host \"%s\""
                            .formatted(realm.getHost(), registry.getHost()));
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        StringBuilder query =
                new StringBuilder("nonce=")
                        .append(Base64.getUrlEncoder().withoutPadding().encodeToString(nonce));
        challenge.scopes().forEach(scope -> query.append("&scope=").append(encoded(scope)));
        query.append("&service=").append(encoded(challenge.service()));
        query.append("&ts=").append(clock.instant().getEpochSecond());
        return URI.create(challenge.realm() + (realm.getQuery() == null ? "?" : "&") + query);
    }

    private static String token(byte[] json) {
        try {
            JsonNode answer = WireJson.mapper().readTree(json);
            String token = answer.path("token").asString(answer.path("access_token").asString(""));
            if (!token.isEmpty()) {
                return token;
            }
        } catch (JacksonException noToken) {
            // told below
        }
        throw denied();
    }

    static CaravanException denied() {
        return new CaravanException(FaultCode.FORBIDDEN, "unauthorized: access denied");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
