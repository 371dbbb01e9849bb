package dev.caravan.cli.model;

import dev.caravan.cli.CliException;
import dev.caravan.cli.api.GatewayClient;
import dev.caravan.gguf.GgufException;
import dev.caravan.gguf.GgufReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Makes a model of a GGUF file: checks it, sends its bytes, names them. */
public final class ModelImport {

    private final GatewayClient gateway;
    private final Consumer<String> say;

    public ModelImport(GatewayClient gateway, Consumer<String> say) {
        this.gateway = gateway;
        this.say = say;
    }

    /**
     * Blocks until the whole cluster knows the model.
     *
     * @param continuation the model's policy; empty for the usual one
     * @throws CliException if the file is not a model, naming the fault, or the gateway refuses it
     */
    public void send(String name, Path file, Optional<String> continuation) throws IOException {
        check(file);
        String digest = "sha256:" + sha256(file);
        if (gateway.hasBlob(digest)) {
            say.accept("the cluster has " + digest);
        } else {
            long size = Files.size(file);
            Progress progress = new Progress("sending " + file.getFileName(), size, say);
            // a stream that counts, and a length known beforehand, so that neither end buffers
            gateway.uploadBlob(
                    digest,
                    HttpRequest.BodyPublishers.fromPublisher(
                            HttpRequest.BodyPublishers.ofInputStream(() -> progress.of(open(file))),
                            size));
        }
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", name);
        request.put("files", Map.of(file.getFileName().toString(), digest));
        continuation.ifPresent(policy -> request.put("caravan", Map.of("continuation", policy)));
        String[] last = {""};
        gateway.stream("/api/create", request, line -> last[0] = status(line));
        if (!last[0].equals("success")) {
            throw new CliException(
                    "%s: create ended with \"%s\" (expected: success)".formatted(name, last[0]));
        }
    }

    private String status(JsonNode line) {
        String status = line.path("status").asString("");
        if (!status.isEmpty()) {
            say.accept(status);
        }
        return status;
    }

    /** Refuses what no engine could load, before anything is sent. */
    static void check(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CliException(file + ": no such file (expected: a GGUF file)");
        }
        try {
            new GgufReader().read(file);
        } catch (GgufException fault) {
            throw new CliException(file + ": " + fault.getMessage(), fault);
        }
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[1 << 16];
            int read = 0;
            while (read >= 0) {
                read = in.read(buffer);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static InputStream open(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
