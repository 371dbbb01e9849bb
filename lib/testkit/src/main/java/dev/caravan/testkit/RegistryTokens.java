package dev.caravan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Tokens of a registry: given to whoever signs the request for one. */
public final class RegistryTokens {

    /** What stands before an Ed25519 point in the form that Java reads. */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final String EMPTY_BODY =
            Base64.getEncoder().encodeToString(TestRegistry.sha256(new byte[0]).getBytes(UTF_8));

    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final AtomicInteger given = new AtomicInteger();
    private final String realm;
    private volatile boolean refusing;

    RegistryTokens(String realm) {
        this.realm = realm;
    }

    /** From now on nobody gets one, and those that were given are worth nothing. */
    public void refuseAll() {
        refusing = true;
        tokens.clear();
    }

    /** Those that were given are worth nothing any more. */
    public void expire() {
        tokens.clear();
    }

    public int given() {
        return given.get();
    }

    boolean accepts(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        return header != null
                && header.startsWith("Bearer ")
                && tokens.contains(header.substring("Bearer ".length()));
    }

    void challenge(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders()
                .set(
                        "WWW-Authenticate",
                        "Bearer realm=\"%s\",service=\"test\",scope=\"repository:x:pull repository:x:push\""
                                .formatted(realm));
        exchange.sendResponseHeaders(401, -1);
    }

    void give(HttpExchange exchange) throws IOException {
        if (refusing || !signed(exchange)) {
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        String token = UUID.randomUUID().toString();
        tokens.add(token);
        given.incrementAndGet();
        byte[] json = "{\"token\":\"%s\"}".formatted(token).getBytes(UTF_8);
        exchange.sendResponseHeaders(200, json.length);
        exchange.getResponseBody().write(json);
    }

    private boolean signed(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String query = exchange.getRequestURI().getRawQuery();
        if (header == null
                || !query.contains("scope=repository%3Ax%3Apull&scope=repository%3Ax%3Apush")) {
            return false;
        }
        String[] parts = header.split(":");
        byte[] blob = Base64.getDecoder().decode(parts[0]);
        byte[] point = new byte[32];
        ByteBuffer.wrap(blob, blob.length - point.length, point.length).get(point);
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(
                                    new X509EncodedKeySpec(
                                            ByteBuffer.allocate(X509.length + point.length)
                                                    .put(X509)
                                                    .put(point)
                                                    .array())));
            signature.update("GET,%s?%s,%s".formatted(realm, query, EMPTY_BODY).getBytes(UTF_8));
            return signature.verify(Base64.getDecoder().decode(parts[1]));
        } catch (GeneralSecurityException broken) {
            return false;
        }
    }
}
