package dev.caravan.worker.adapter.oci;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that the agent's key is in, read at its first use. Where there is none one is made, with
 * the public half beside it in the form that registries' web pages take.
 */
public final class SigningKeyFile {

    private static final Logger log = LoggerFactory.getLogger(SigningKeyFile.class);

    private static final int SEED_OFFSET = 16;
    private static final int PUBLIC_OFFSET = 12;
    private static final int KEY_BYTES = 32;
    private static final int BLOCK = 8;
    private static final int LINE = 70;

    private final Path file;

    /**
     * @param file made where it is not there
     */
    public SigningKeyFile(Path file) {
        this.file = file;
    }

    /**
     * Blocks.
     *
     * @throws IllegalArgumentException where the file holds something else
     */
    synchronized SigningKey read() {
        try {
            if (Files.notExists(file)) {
                make();
            }
            return SigningKey.parse(Files.readString(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "registry key %s: %s (expected: a file this user may read; choose another with caravan.worker.registry.key)"
                            .formatted(file, failed),
                    failed);
        }
    }

    private void make() throws IOException {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] seed = from(pair.getPrivate().getEncoded(), SEED_OFFSET);
            byte[] point = from(pair.getPublic().getEncoded(), PUBLIC_OFFSET);
            byte[] blob = join(string("ssh-ed25519".getBytes(US_ASCII)), string(point));
            write(file, openSsh(seed, point, blob), "rw-------");
            write(
                    file.resolveSibling(file.getFileName() + ".pub"),
                    "ssh-ed25519 %s caravan%n".formatted(Base64.getEncoder().encodeToString(blob)),
                    "rw-r--r--");
            log.atInfo().addKeyValue("file", file).log("made a key for registries");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has Ed25519", impossible);
        }
    }

    private static String openSsh(byte[] seed, byte[] point, byte[] blob) {
        byte[] secret =
                join(
                        new byte[8],
                        string("ssh-ed25519".getBytes(US_ASCII)),
                        string(point),
                        string(join(seed, point)),
                        string("caravan".getBytes(US_ASCII)));
        int padding = (BLOCK - secret.length % BLOCK) % BLOCK;
        byte[] padded = Arrays.copyOf(secret, secret.length + padding);
        for (int i = 0; i < padding; i++) {
            padded[secret.length + i] = (byte) (i + 1);
        }
        byte[] all =
                join(
                        "openssh-key-v1\0".getBytes(US_ASCII),
                        string("none".getBytes(US_ASCII)),
                        string("none".getBytes(US_ASCII)),
                        string(new byte[0]),
                        ByteBuffer.allocate(4).putInt(1).array(),
                        string(blob),
                        string(padded));
        String body = Base64.getMimeEncoder(LINE, "\n".getBytes(US_ASCII)).encodeToString(all);
        return "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n"
                .formatted(body);
    }

    private static void write(Path target, String text, String mode) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path next =
                Files.createTempFile(
                        target.toAbsolutePath().getParent(),
                        ".key-",
                        "",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, text, US_ASCII);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString(mode));
        try {
            Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException another) {
            Files.delete(next);
        }
    }

    private static byte[] from(byte[] encoded, int offset) {
        return Arrays.copyOfRange(encoded, offset, offset + KEY_BYTES);
    }

    private static byte[] string(byte[] bytes) {
        return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    private static byte[] join(byte[]... pieces) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(pieces).mapToInt(p -> p.length).sum());
        Arrays.stream(pieces).forEach(all::put);
        return all.array();
    }
}
