package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.Daemons;
import dev.caravan.cli.process.PortOwner;
import dev.caravan.cli.process.Ports;
import dev.caravan.cli.redis.RedisChoice;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

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
        RedisChoice redis =
                RedisChoice.choose(configuredRedis, Daemons.find("redis-server"), home.cache());
        int gateway =
                port(
                        "--gateway-port",
                        Kind.GATEWAY,
                        options.gatewayPort(),
                        before.map(ClusterFile::gatewayPort),
                        UpOptions.GATEWAY_PORT);
        int registry =
                port(
                        "--registry-port",
                        Kind.REGISTRY,
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
                        redis instanceof RedisChoice.Own);
        return new Settled(
                cluster,
                redis instanceof RedisChoice.Own own ? Optional.of(own) : Optional.empty());
    }

    private int agents(UpOptions options) {
        int running = runs ? before.orElseThrow().agents() : 0;
        return Math.max(running, options.agents().orElse(runs ? running : UpOptions.AGENTS));
    }

    private int port(
            String flag, Kind kind, OptionalInt wanted, Optional<Integer> last, int usual) {
        if (runs) {
            int running = last.orElseThrow();
            if (wanted.orElse(0) != 0 && wanted.getAsInt() != running) {
                throw new CliException(
                        "%s: %d, but the running cluster's %s has %d; end it first: ./caravan down"
                                .formatted(flag, wanted.getAsInt(), kind.label(), running));
            }
            if (table.living(kind.label()).isEmpty()) {
                requireFree(flag, kind, running);
            }
            return running;
        }
        int port = wanted.orElse(usual);
        if (port == 0) {
            return Ports.pick();
        }
        requireFree(flag, kind, port);
        return port;
    }

    private static void requireFree(String flag, Kind kind, int port) {
        if (!Ports.free(port)) {
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
