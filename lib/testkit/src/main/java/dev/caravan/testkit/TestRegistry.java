package dev.caravan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A registry of models over real HTTP, as Ollama's is one: blobs are redirected to another host
 * that wants no token, parts are served by ranges, uploads are taken in pieces. Faults come on
 * demand.
 */
public final class TestRegistry implements AutoCloseable {

    /** Answers a request in the registry's place. */
    @FunctionalInterface
    public interface Fault {

        /**
         * @return whether it has answered; if not, the registry does
         */
        boolean answer(HttpExchange exchange) throws IOException;
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String scheme;
    private final HttpServer registry;
    private final HttpServer store;
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final RegistryManifests manifests = new RegistryManifests();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final RegistryUploads uploads = new RegistryUploads(blobs);
    private final RegistryStorage storage = new RegistryStorage(blobs);
    private volatile Optional<RegistryTokens> tokens = Optional.empty();

    private TestRegistry(Optional<TestCertificate> certificate) throws IOException {
        this.scheme = certificate.isPresent() ? "https" : "http";
        this.registry = server(certificate);
        this.store = server(certificate);
        registry.createContext("/", exchange -> handle(exchange, this::route));
        store.createContext("/", exchange -> handle(exchange, storage::answer));
        registry.start();
        store.start();
    }

    public static TestRegistry start() {
        return start(Optional.empty());
    }

    /** One over HTTPS. */
    public static TestRegistry start(TestCertificate certificate) {
        return start(Optional.of(certificate));
    }

    private static TestRegistry start(Optional<TestCertificate> certificate) {
        try {
            return new TestRegistry(certificate);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private HttpServer server(Optional<TestCertificate> certificate) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HttpServer server;
        if (certificate.isPresent()) {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(certificate.get().server()));
            server = secure;
        } else {
            server = HttpServer.create(address, 0);
        }
        server.setExecutor(threads);
        return server;
    }

    @Override
    public void close() {
        registry.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }

    /** As it stands in a model's name. */
    public String host() {
        return "127.0.0.1:" + registry.getAddress().getPort();
    }

    // What is in it.

    /** Gives {@code sha256:<hex>}. */
    public String blob(byte[] bytes) {
        String digest = "sha256:" + sha256(bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    public Optional<byte[]> blob(String digest) {
        return Optional.ofNullable(blobs.get(digest));
    }

    /** Replaces what a digest is served as. */
    public void spoil(String digest, byte[] bytes) {
        blobs.put(digest, bytes);
    }

    public void manifest(String model, byte[] bytes) {
        manifests.put(model, bytes);
    }

    public Optional<byte[]> manifest(String model) {
        return manifests.get(model);
    }

    /**
     * A model of weights and layers of text.
     *
     * @param model {@code namespace/model:tag}
     * @param texts kind to content
     * @return the digest of the weights
     */
    public String model(String model, byte[] weights, Map<String, String> texts) {
        String digest = blob(weights);
        List<String> layers = new ArrayList<>();
        layers.add(RegistryManifests.layer("model", digest, weights.length));
        texts.forEach(
                (kind, text) -> {
                    byte[] bytes = text.getBytes(UTF_8);
                    layers.add(RegistryManifests.layer(kind, blob(bytes), bytes.length));
                });
        byte[] config = "{\"model_format\":\"gguf\"}".getBytes(UTF_8);
        manifest(model, RegistryManifests.of(blob(config), config.length, layers));
        return digest;
    }

    // How it behaves.

    /** From now on only those with a token that their key was given are served. */
    public RegistryTokens requireTokens() {
        RegistryTokens required = new RegistryTokens(scheme + "://" + host() + "/token");
        tokens = Optional.of(required);
        return required;
    }

    public void fault(Fault fault) {
        faults.add(fault);
    }

    public void noFaults() {
        faults.clear();
    }

    public void slow(long toBytesPerSecond) {
        storage.slow(toBytesPerSecond);
    }

    /** Method and path of each request, in their order. */
    public List<String> seen() {
        return List.copyOf(seen);
    }

    /** Bytes of a blob that were sent, over all requests. */
    public long served(String digest) {
        return storage.served(digest);
    }

    // Answers.

    private void handle(HttpExchange exchange, Fault answer) throws IOException {
        try (exchange) {
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            for (Fault fault : faults) {
                if (fault.answer(exchange)) {
                    return;
                }
            }
            if (!answer.answer(exchange)) {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private boolean route(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Optional<RegistryTokens> required = tokens;
        if (required.isPresent() && path.equals("/token")) {
            required.get().give(exchange);
            return true;
        }
        if (required.isPresent() && !required.get().accepts(exchange)) {
            required.get().challenge(exchange);
            return true;
        }
        if (path.contains("/manifests/")) {
            return manifests.answer(exchange, path);
        }
        return path.contains("/blobs/uploads/")
                ? uploads.answer(exchange)
                : path.contains("/blobs/") && redirect(exchange, path);
    }

    private boolean redirect(HttpExchange exchange, String path) throws IOException {
        String digest = path.substring(path.lastIndexOf('/') + 1);
        byte[] bytes = blobs.get(digest);
        if (bytes == null) {
            return false;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + bytes.length);
            exchange.sendResponseHeaders(200, -1);
            return true;
        }
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        "%s://localhost:%d/store/%s"
                                .formatted(scheme, store.getAddress().getPort(), digest));
        exchange.sendResponseHeaders(307, -1);
        return true;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
