package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.Daemons;
import dev.caravan.cli.process.PortOwner;
import dev.caravan.cli.process.Ports;
import dev.caravan.cli.redis.RedisChoice;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Settles what a start needs to know before anything is started: ports and Redis. What runs already
 * is kept; what contradicts it is refused, with the way out.
 */
final class Settlement {

    private final Home home;
    private final ProcessTable table;
    private final Optional<ClusterFile> before;
    private final boolean runs;

    Settlement(Home home, ProcessTable table) throws IOException {
        this.home = home;
        this.table = table;
        this.before = ClusterFile.read(home);
        this.runs =
                before.isPresent()
                        && table.living().stream().anyMatch(one -> one.kind() != Kind.CACHES);
    }

    /**
     * What was settled.
     *
     * @param ownRedis the Redis to be started; empty where a configured one is used
     */
    record Settled(ClusterFile cluster, Optional<RedisChoice.Own> ownRedis) {}

    Settled settle(UpOptions options, String configuredRedis) throws IOException {
        refuseBesideJoinedAgent();
        Optional<String> bind = bind(options);
        RedisChoice redis =
                RedisChoice.choose(configuredRedis, Daemons.find("redis-server"), home.cache());
        int gateway =
                port(
                        "--gateway-port",
                        Kind.GATEWAY,
                        address(bind),
                        options.gatewayPort(),
                        before.map(ClusterFile::gatewayPort),
                        UpOptions.GATEWAY_PORT);
        int registry =
                port(
                        "--registry-port",
                        Kind.REGISTRY,
                        address(bind),
                        options.registryPort(),
                        before.map(ClusterFile::registryPort),
                        UpOptions.REGISTRY_PORT);
        String url =
                switch (redis) {
                    case RedisChoice.Configured configured -> configured.url().toString();
                    case RedisChoice.Own _ -> ownRedisUrl();
                };
        if (runs && !before.orElseThrow().redis().equals(url)) {
            throw new CliException(
                    "%s: the running cluster uses another Redis; end it first: ./caravan down"
                            .formatted(RedisChoice.SETTING));
        }
        ClusterFile cluster =
                new ClusterFile(
                        before.map(ClusterFile::clusterId).orElseGet(ClusterFile::newId),
                        agents(options),
                        gateway,
                        registry,
                        url,
                        redis instanceof RedisChoice.Own,
                        bind.orElse(null),
                        agentMemory(options),
                        null);
        return new Settled(
                cluster,
                redis instanceof RedisChoice.Own own ? Optional.of(own) : Optional.empty());
    }

    private void refuseBesideJoinedAgent() {
        if (runs && before.flatMap(ClusterFile::joinedRegistry).isPresent()) {
            throw new CliException(
                    "%s: an agent of the cluster at %s runs from this folder (expected: none); end it first: ./caravan down, or take another folder with CARAVAN_HOME"
                            .formatted(home.state(), before.orElseThrow().registryUrl()));
        }
    }

    private Optional<String> bind(UpOptions options) {
        Optional<String> wanted =
                options.bind()
                        .filter(address -> !address.isLoopbackAddress())
                        .map(InetAddress::getHostAddress);
        if (!runs) {
            return wanted;
        }
        Optional<String> running = Optional.ofNullable(before.orElseThrow().bind());
        if (options.bind().isPresent() && !wanted.equals(running)) {
            throw new CliException(
                    "--bind: %s, but the running cluster listens on %s; end it first: ./caravan down"
                            .formatted(
                                    options.bind().get().getHostAddress(),
                                    running.orElse("loopback")));
        }
        return running;
    }

    private static InetAddress address(Optional<String> bind) {
        return bind.map(InetAddress::ofLiteral).orElseGet(InetAddress::getLoopbackAddress);
    }

    private @Nullable Long agentMemory(UpOptions options) {
        Long wanted = options.agentMemory().isPresent() ? options.agentMemory().getAsLong() : null;
        if (!runs || before.orElseThrow().agents() == 0) {
            return wanted;
        }
        Long running = before.orElseThrow().agentMemory();
        if (wanted != null && !wanted.equals(running)) {
            throw new CliException(
                    "--agent-memory: %d bytes, but the running cluster's agents offer %s; end it first: ./caravan down"
                            .formatted(
                                    wanted, running == null ? "all there is" : running + " bytes"));
        }
        return running;
    }

    private int agents(UpOptions options) {
        int running = runs ? before.orElseThrow().agents() : 0;
        return Math.max(running, options.agents().orElse(runs ? running : UpOptions.AGENTS));
    }

    private int port(
            String flag,
            Kind kind,
            InetAddress address,
            OptionalInt wanted,
            Optional<Integer> last,
            int usual) {
        if (runs) {
            int running = last.orElseThrow();
            if (wanted.orElse(0) != 0 && wanted.getAsInt() != running) {
                throw new CliException(
                        "%s: %d, but the running cluster's %s has %d; end it first: ./caravan down"
                                .formatted(flag, wanted.getAsInt(), kind.label(), running));
            }
            if (table.living(kind.label()).isEmpty()) {
                requireFree(flag, kind, address, running);
            }
            return running;
        }
        int port = wanted.orElse(usual);
        if (port == 0) {
            return Ports.pick(address);
        }
        requireFree(flag, kind, address, port);
        return port;
    }

    private static void requireFree(String flag, Kind kind, InetAddress address, int port) {
        if (!Ports.free(address, port)) {
            String owner =
                    PortOwner.of(port)
                            .map(one -> "pid %d: %s".formatted(one.pid(), one.command()))
                            .orElse("a process of another user");
            throw new CliException(
                    "port %d is taken by %s (expected: free for the %s); end that process, or choose another port: ./caravan up %s P (0: any free one)"
                            .formatted(port, owner, kind.label(), flag));
        }
    }

    /** A running cluster's services know one URL, and its Redis comes back under it. */
    private String ownRedisUrl() {
        return runs && before.orElseThrow().ownRedis()
                ? before.orElseThrow().redis()
                : "redis://127.0.0.1:" + Ports.pick();
    }
}
