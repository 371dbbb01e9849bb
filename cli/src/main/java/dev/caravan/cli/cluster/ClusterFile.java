package dev.caravan.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster keeps from one start to the next.
 *
 * @param clusterId in the environment of every process of it
 * @param agents how many agents belong to it
 * @param gatewayPort 0 where the gateway is elsewhere
 * @param registryPort 0 where the registry is elsewhere
 * @param redis URL of the Redis it uses
 * @param ownRedis that Redis is one of its processes
 * @param bind the address its services listen on; absent: loopback
 * @param agentMemory bytes each agent offers at the most; absent: all there are
 * @param joined URL of the registry of the cluster that the one agent here belongs to; absent: it
 *     has a registry of its own
 */
public record ClusterFile(
        String clusterId,
        int agents,
        int gatewayPort,
        int registryPort,
        String redis,
        boolean ownRedis,
        @Nullable String bind,
        @Nullable Long agentMemory,
        @Nullable String joined) {

    /** Tokens and ids come from here; 32 bytes leave no room for guessing. */
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int TOKEN_BYTES = 32;
    private static final int ID_BYTES = 8;

    /** On loopback, with a registry of its own. */
    public ClusterFile(
            String clusterId,
            int agents,
            int gatewayPort,
            int registryPort,
            String redis,
            boolean ownRedis) {
        this(clusterId, agents, gatewayPort, registryPort, redis, ownRedis, null, null, null);
    }

    /** One agent of another machine's cluster. */
    static ClusterFile joining(String clusterId, String registry) {
        return new ClusterFile(clusterId, 1, 0, 0, "", false, null, null, registry);
    }

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
        return "http://" + host() + ":" + gatewayPort;
    }

    /** Of the cluster here, or of the one that was joined. */
    public String registryUrl() {
        return joined == null ? "http://" + host() + ":" + registryPort : joined;
    }

    public Optional<String> joinedRegistry() {
        return Optional.ofNullable(joined);
    }

    private String host() {
        if (bind == null) {
            return "127.0.0.1";
        }
        return bind.contains(":") ? "[" + bind + "]" : bind;
    }

    /** The file with the token that its services carry. */
    public Path token(Home home) {
        return joined == null ? home.tokenFile() : home.joinTokenFile();
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
