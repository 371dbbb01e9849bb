package dev.caravan.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The secret that every call between services carries; compared in constant time. */
public final class ClusterToken {

    private static final String SCHEME = "Bearer ";

    private final String authorization;
    private final byte[] expected;

    private ClusterToken(String token) {
        this.authorization = SCHEME + token;
        this.expected = authorization.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads the token file where one is named, else takes the token given.
     *
     * @throws ConfigurationFault where there is neither, or it is blank or cannot be read
     */
    public static ClusterToken from(ClusterProperties properties) {
        Path file = properties.tokenFile();
        if (file != null) {
            return new ClusterToken(checked(read(file), "caravan.token-file: " + file));
        }
        String token = properties.token();
        if (token == null) {
            throw new ConfigurationFault(
                    "caravan.token-file: not set (expected: the file with the cluster's token; set it or"
                            + " caravan.token, CARAVAN_TOKEN_FILE or CARAVAN_TOKEN in the environment)");
        }
        return new ClusterToken(checked(token, "caravan.token"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new ConfigurationFault(
                    "caravan.token-file: %s cannot be read: %s (expected: a readable file with the cluster's token)"
                            .formatted(file, failure),
                    failure);
        }
    }

    private static String checked(String text, String source) {
        String token = text.strip();
        if (token.isEmpty() || token.chars().anyMatch(sign -> sign <= ' ' || sign > '~')) {
            throw new ConfigurationFault(
                    source
                            + ": blank or not one word of visible ASCII (expected: 32 random bytes in hex)");
        }
        return token;
    }

    /** The value of the {@code Authorization} header of a call to a neighbour. */
    public String authorization() {
        return authorization;
    }

    /** Whether {@code header}, the value of an {@code Authorization} header, carries the token. */
    public boolean accepts(@Nullable String header) {
        return header != null
                && MessageDigest.isEqual(expected, header.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "ClusterToken";
    }
}
