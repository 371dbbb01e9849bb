package dev.caravan.worker.app.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.ModelRef;
import dev.caravan.testkit.TestCertificate;
import dev.caravan.testkit.TestRegistry;
import dev.caravan.worker.adapter.oci.OciRegistries;
import dev.caravan.worker.adapter.oci.RegistryProperties;
import dev.caravan.worker.adapter.oci.SigningKeyFile;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.PartPlan;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries over HTTPS, as all public ones are. */
class SecureRegistryTest {

    private static final byte[] GGUF = StoreFiles.gguf(1);
    private static final String HERE = "ip:127.0.0.1,dns:localhost";

    @TempDir private Path root;
    @TempDir private Path keys;
    private FolderModelStore store;

    @BeforeEach
    void start() {
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    @Test
    void pullsFromOneWhoseAuthorityTheOperatorKnows() {
        TestCertificate certificate = TestCertificate.make(keys, HERE);
        try (TestRegistry registry = registry(certificate)) {
            registry.requireTokens();

            pull(registry, certificate.pem());

            assertThat(store.find(name(registry)))
                    .hasValueSatisfying(model -> assertThat(model.fault()).isEmpty());
        }
    }

    @Test
    void refusesOneThatNobodyVouchesForAtOnce() {
        try (TestRegistry registry = registry(TestCertificate.make(keys, HERE))) {
            assertThatThrownBy(() -> pull(registry, null))
                    .hasMessageContainingAll(
                            registry.host(),
                            "certification path",
                            "caravan.worker.registry.authorities");
            assertThat(registry.seen()).isEmpty();
            assertThat(store.list()).isEmpty();
        }
    }

    @Test
    void refusesACertificateOfAnotherHost() {
        TestCertificate certificate = TestCertificate.make(keys, "dns:registry.example.org");
        try (TestRegistry registry = registry(certificate)) {
            assertThatThrownBy(() -> pull(registry, certificate.pem()))
                    .hasMessageContainingAll(registry.host(), "127.0.0.1");
            assertThat(registry.seen()).isEmpty();
        }
    }

    /** Real ones answer what they cannot read; the test registry would wait for more. */
    @Test
    void saysThatARegistryHasNoHttps() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> refuse(plain));
            ModelRef name =
                    new ModelRef("127.0.0.1:" + plain.getLocalPort(), "library", "m", "latest");

            assertThatThrownBy(() -> pull(name, null))
                    .hasMessageContainingAll(name.host(), "not an SSL/TLS record", "insecure");
        }
    }

    private static void refuse(ServerSocket plain) {
        try (Socket client = plain.accept()) {
            assertThat(client.getInputStream().read()).isNotNegative();
            client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void namesAFileWithoutCertificates() throws IOException {
        Path empty = Files.createFile(keys.resolve("empty.pem"));

        for (Path file : List.of(empty, keys.resolve("missing.pem"))) {
            assertThatThrownBy(() -> registries(file))
                    .hasMessageContainingAll(
                            "caravan.worker.registry.authorities",
                            file.toString(),
                            "expected: a file with certificates");
        }
    }

    private static TestRegistry registry(TestCertificate certificate) {
        TestRegistry registry = TestRegistry.start(certificate);
        registry.model("library/m:latest", GGUF, Map.of());
        return registry;
    }

    private static ModelRef name(TestRegistry registry) {
        return new ModelRef(registry.host(), "library", "m", "latest");
    }

    private void pull(TestRegistry registry, @Nullable Path authorities) {
        pull(name(registry), authorities);
    }

    private void pull(ModelRef name, @Nullable Path authorities) {
        FolderModelStore.Arrivals arrivals = store.arrivals(PartPlan.OLLAMA);
        new Transfers(
                        store,
                        new ModelSources(
                                registries(authorities),
                                (_, _) -> {
                                    throw new AssertionError("no peers here");
                                }),
                        arrivals.intake(),
                        arrivals.partials(),
                        TransferLimits.DEFAULT)
                .pull(name, false)
                .blockLast(Duration.ofSeconds(60));
    }

    private OciRegistries registries(@Nullable Path authorities) {
        return new OciRegistries(
                new RegistryProperties(List.of(), Duration.ofSeconds(30), null, authorities),
                new SigningKeyFile(keys.resolve("id_ed25519")),
                "test",
                InstantSource.system());
    }
}
