package dev.caravan.worker.adapter.oci;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An Ed25519 key as registries know it.
 *
 * <p>The file is OpenSSH's (its PROTOCOL.key): the text {@code openssh-key-v1} and a zero byte,
 * then strings with a length of 32 bits before them: cipher, key derivation and its options, the
 * number of keys, the public key, and a private part with two check numbers, type, public key, seed
 * with public key, comment. Keys with a passphrase are refused.
 */
final class SigningKey {

    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(US_ASCII);
    private static final String TYPE = "ssh-ed25519";
    private static final int SEED_BYTES = 32;

    /** What stands before the seed in the form that Java reads (RFC 8410). */
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private final byte[] publicBlob;
    private final PrivateKey key;

    private SigningKey(byte[] publicBlob, byte[] seed) throws GeneralSecurityException {
        this.publicBlob = publicBlob.clone();
        byte[] encoded =
                ByteBuffer.allocate(PKCS8.length + SEED_BYTES).put(PKCS8).put(seed).array();
        this.key =
                KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    /**
     * @throws IllegalArgumentException where the text is no such key
     */
    static SigningKey parse(String pem) {
        String text = pem.strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
            throw notAKey("no lines BEGIN and END OPENSSH PRIVATE KEY");
        }
        try {
            String body = text.substring(BEGIN.length(), text.length() - END.length());
            return read(ByteBuffer.wrap(Base64.getMimeDecoder().decode(body)));
        } catch (java.nio.BufferUnderflowException | IllegalArgumentException cut) {
            throw notAKey(String.valueOf(cut.getMessage()));
        } catch (GeneralSecurityException broken) {
            throw notAKey(String.valueOf(broken.getMessage()));
        }
    }

    private static SigningKey read(ByteBuffer file) throws GeneralSecurityException {
        byte[] magic = new byte[MAGIC.length];
        file.get(magic);
        String cipher = new String(string(file), US_ASCII);
        if (!java.util.Arrays.equals(magic, MAGIC) || !cipher.equals("none")) {
            throw new IllegalArgumentException("cipher " + cipher);
        }
        string(file);
        string(file);
        int keys = file.getInt();
        byte[] publicBlob = string(file);
        ByteBuffer secret = ByteBuffer.wrap(string(file));
        int check = secret.getInt();
        int again = secret.getInt();
        String type = new String(string(secret), US_ASCII);
        if (keys != 1 || check != again || !type.equals(TYPE)) {
            throw new IllegalArgumentException("%d keys of type %s".formatted(keys, type));
        }
        string(secret);
        byte[] seed = new byte[SEED_BYTES];
        ByteBuffer.wrap(string(secret)).get(seed);
        return new SigningKey(publicBlob, seed);
    }

    private static byte[] string(ByteBuffer file) {
        int length = file.getInt();
        if (length < 0 || length > file.remaining()) {
            throw new IllegalArgumentException("a string of %d bytes".formatted(length));
        }
        byte[] bytes = new byte[length];
        file.get(bytes);
        return bytes;
    }

    /** The public key and the text's signature, as registries expect them. */
    String authorization(String text) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(text.getBytes(UTF_8));
            return encode(publicBlob) + ":" + encode(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has Ed25519", impossible);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static IllegalArgumentException notAKey(String why) {
        return new IllegalArgumentException(
                "key: %s (expected: an Ed25519 key in OpenSSH's form without a passphrase)"
                        .formatted(why));
    }
}
