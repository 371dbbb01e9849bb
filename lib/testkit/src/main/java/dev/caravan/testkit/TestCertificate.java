package dev.caravan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A key with a certificate that nobody but itself vouches for, made by {@code keytool}. */
public final class TestCertificate {

    private static final String PASSWORD = "changeit";

    private final Path keys;
    private final Path pem;

    private TestCertificate(Path folder) {
        this.keys = folder.resolve("key.p12");
        this.pem = folder.resolve("certificate.pem");
    }

    /**
     * @param subject whom it is for, as in {@code ip:127.0.0.1,dns:localhost}
     */
    public static TestCertificate make(Path folder, String subject) {
        TestCertificate made = new TestCertificate(folder);
        made.keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=test", "-ext", "san=" + subject);
        made.keytool("-exportcert", "-rfc", "-file", made.pem.toString());
        return made;
    }

    /** What those who are to trust it are given. */
    public Path pem() {
        return pem;
    }

    SSLContext server() {
        try (InputStream bytes = Files.newInputStream(keys)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(bytes, PASSWORD.toCharArray());
            KeyManagerFactory managers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (IOException | GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "test", "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", keys.toString(), "-storepass", PASSWORD));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
