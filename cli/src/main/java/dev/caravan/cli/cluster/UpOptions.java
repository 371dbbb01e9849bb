package dev.caravan.cli.cluster;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What {@code up} is asked for. Where a number is absent, a running cluster keeps its own, and a
 * new one takes the usual.
 *
 * @param agents how many; 0 for a control plane alone
 * @param gatewayPort 0 for a free one
 * @param registryPort 0 for a free one
 * @param bind the address to listen on, of this machine
 * @param agentMemory bytes that each agent offers at the most
 * @param patience how long all of it may take to become ready
 */
public record UpOptions(
        OptionalInt agents,
        OptionalInt gatewayPort,
        OptionalInt registryPort,
        Optional<InetAddress> bind,
        OptionalLong agentMemory,
        CacheMaking caches,
        Duration patience) {

    public static final int AGENTS = 2;
    public static final int GATEWAY_PORT = 11434;
    public static final int REGISTRY_PORT = 8761;

    private static final int MOST_AGENTS = 64;
    private static final int LAST_PORT = 65_535;

    /** When start-up caches are made. */
    public enum CacheMaking {
        NOW,
        BACKGROUND,
        OFF
    }

    public UpOptions {
        check("--agents", agents, 0, MOST_AGENTS);
        check("--gateway-port", gatewayPort, 0, LAST_PORT);
        check("--registry-port", registryPort, 0, LAST_PORT);
    }

    public UpOptions withGatewayPort(OptionalInt port) {
        return new UpOptions(agents, port, registryPort, bind, agentMemory, caches, patience);
    }

    /** On loopback, with all of the machine's memory. */
    public UpOptions(
            OptionalInt agents,
            OptionalInt gatewayPort,
            OptionalInt registryPort,
            CacheMaking caches,
            Duration patience) {
        this(
                agents,
                gatewayPort,
                registryPort,
                Optional.empty(),
                OptionalLong.empty(),
                caches,
                patience);
    }

    private static void check(String name, OptionalInt value, int least, int most) {
        if (value.isPresent() && (value.getAsInt() < least || value.getAsInt() > most)) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %d to %d)".formatted(name, value.getAsInt(), least, most));
        }
    }
}
