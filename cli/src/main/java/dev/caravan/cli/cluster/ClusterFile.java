package dev.caravan.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a cluster keeps from one start to the next.
 *
 * @param clusterId in the environment of every process of it
 * @param agents how many agents belong to it
 * @param redis URL of the Redis it uses
 * @param ownRedis that Redis is one of its processes
 */
public record ClusterFile(
        String clusterId,
        int agents,
        int gatewayPort,
        int registryPort,
        String redis,
        boolean ownRedis) {

    /** Tokens and ids come from here; 32 bytes leave no room for guessing. */
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int TOKEN_BYTES = 32;
    private static final int ID_BYTES = 8;

    public static Optional<ClusterFile> read(Home home) throws IOException {
        return StateFiles.read(home.clusterFile(), ClusterFile.class);
    }

    void write(Home home) throws IOException {
        StateFiles.write(home.clusterFile(), this);
    }

    static String newId() {
        return random(ID_BYTES);
    }

    /** Makes the token that all calls between the services carry, where there is none yet. */
    static void ensureToken(Home home) throws IOException {
        if (Files.notExists(home.tokenFile())) {
            StateFiles.writeSecret(home.tokenFile(), random(TOKEN_BYTES));
        }
    }

    public String gatewayUrl() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    public String registryUrl() {
        return "http://127.0.0.1:" + registryPort;
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
