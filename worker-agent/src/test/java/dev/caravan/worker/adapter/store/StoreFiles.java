package dev.caravan.worker.adapter.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Puts models into a store's folder as another program would. */
public final class StoreFiles {

    private final Path root;

    public StoreFiles(Path root) {
        this.root = root;
    }

    /** A small GGUF file, the same for the same seed. */
    public static byte[] gguf(long seed) {
        try {
            Path file = Files.createTempFile("fixture", ".gguf");
            RandomModel model =
                    RandomModel.named("fixture")
                            .withLayers(2)
                            .withWidth(64)
                            .withVocabulary(512)
                            .withContextLength(4_096)
                            .withSeed(seed);
            new FixtureWriter().write(model, file);
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            return bytes;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The same file with the key of its chat template spoilt. */
    public static byte[] withoutTemplate(byte[] gguf) {
        String bytes = new String(gguf, ISO_8859_1);
        return bytes.replace("tokenizer.chat_template", "tokenizer.no_template_x")
                .getBytes(ISO_8859_1);
    }

    /** Gives {@code sha256:<hex>}. */
    public String blob(byte[] bytes) throws IOException {
        String hex = sha256(bytes);
        Path file = root.resolve("blobs/sha256-" + hex);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return "sha256:" + hex;
    }

    public String blob(String text) throws IOException {
        return blob(text.getBytes(UTF_8));
    }

    /** Writes a manifest of {@code {mediaType kind, digest}} layers; gives its bytes. */
    public byte[] manifest(String path, String config, String[]... layers) throws IOException {
        Path file = root.resolve("manifests").resolve(path);
        Files.createDirectories(file.getParent());
        List<String> entries =
                Stream.of(layers)
                        .map(
                                layer ->
                                        "{\"mediaType\":\"application/vnd.ollama.image.%s\",\"digest\":\"%s\",\"size\":10}"
                                                .formatted(layer[0], layer[1]))
                        .toList();
        byte[] json =
                """
                {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"%s","size":5},"layers":[%s],"annotations":{}}
                """
                        .formatted(config, String.join(",", entries))
                        .strip()
                        .getBytes(UTF_8);
        Files.write(file, json);
        return json;
    }

    /** The head of a LoRA file, with no tensors behind it. */
    static byte[] emptyAdapter() {
        ByteBuffer head = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        head.put("GGUF".getBytes(UTF_8)).putInt(3).putLong(0).putLong(2);
        putText(head, "general.architecture", "llama");
        putText(head, "general.type", "adapter");
        return Arrays.copyOf(head.array(), head.position());
    }

    private static void putText(ByteBuffer head, String key, String value) {
        head.putLong(key.length()).put(key.getBytes(UTF_8)).putInt(8);
        head.putLong(value.length()).put(value.getBytes(UTF_8));
    }

    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Upload.sha256().digest(bytes));
    }
}
