package dev.caravan.worker.adapter.oci;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose word counts for a registry's certificate: the authorities that Java knows, and those that
 * the machine's operator added to the machine's own list, which Ollama reads.
 *
 * @param file certificates in PEM form
 */
public record TrustedAuthorities(Optional<Path> file) {

    /** Where systems keep the list, as Go looks for it. */
    private static final List<Path> USUAL =
            List.of(
                    Path.of("/etc/ssl/certs/ca-certificates.crt"),
                    Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
                    Path.of("/etc/ssl/ca-bundle.pem"),
                    Path.of("/etc/ssl/cert.pem"));

    /**
     * @param given the operator's choice; null: the machine's list, where it has one
     */
    public static TrustedAuthorities of(@Nullable Path given) {
        return new TrustedAuthorities(
                Optional.ofNullable(given)
                        .or(() -> USUAL.stream().filter(Files::isReadable).findFirst()));
    }

    /**
     * @throws IllegalArgumentException where the file has no certificates; the message names it
     */
    TrustManagerFactory load() {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            List<Certificate> trusted = new ArrayList<>(known());
            file.ifPresent(certificates -> trusted.addAll(read(certificates)));
            for (Certificate certificate : trusted) {
                all.setCertificateEntry("authority-" + all.size(), certificate);
            }
            return factory(all);
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<? extends Certificate> known() throws GeneralSecurityException {
        return Stream.of(factory(null).getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()))
                .toList();
    }

    private static TrustManagerFactory factory(@Nullable KeyStore authorities)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory;
    }

    private static List<Certificate> read(Path file) {
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
            List<Certificate> found =
                    List.copyOf(
                            CertificateFactory.getInstance("X.509").generateCertificates(bytes));
            if (found.isEmpty()) {
                throw refused(file, "none in it");
            }
            return found;
        } catch (IOException | GeneralSecurityException failed) {
            throw refused(file, failed.toString());
        }
    }

    private static IllegalArgumentException refused(Path file, String why) {
        return new IllegalArgumentException(
                "caravan.worker.registry.authorities: %s: %s (expected: a file with certificates in PEM form)"
                        .formatted(file, why));
    }
}
