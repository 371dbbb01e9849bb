package dev.caravan.cli.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Brings a cluster up: settles ports and Redis, unpacks the services, starts all processes at once
 * and waits until the gateway sees its agents. What runs already is left alone; what was started is
 * ended again when anything fails.
 */
public final class Startup {

    private static final List<Kind> SERVICES =
            List.of(Kind.REGISTRY, Kind.SCHEDULER, Kind.HEALTH, Kind.AGENT, Kind.GATEWAY);

    private final Home home;
    private final Jvm jvm;
    private final Consumer<String> say;

    /**
     * @param jvm that runs the services
     */
    public Startup(Home home, Jvm jvm, Consumer<String> say) {
        this.home = home;
        this.jvm = jvm;
        this.say = say;
    }

    /**
     * What {@link #up} leaves behind.
     *
     * @param fresh something was started
     */
    public record Running(ClusterFile cluster, boolean fresh) {}

    /**
     * Starts what is missing. The caller holds the home's lock.
     *
     * @param configuredRedis URL of the Redis to use; empty for one of its own
     */
    public Running up(UpOptions options, String configuredRedis) throws IOException {
        ProcessTable table = ProcessTable.read(home);
        Settlement.Settled settled = new Settlement(home, table).settle(options, configuredRedis);
        ClusterFile cluster = settled.cluster();
        List<String> missing =
                names(settled).stream().filter(name -> table.living(name).isEmpty()).toList();
        if (missing.isEmpty()) {
            return new Running(cluster, false);
        }
        long deadline = System.nanoTime() + options.patience().toNanos();
        ClusterFile.ensureToken(home);
        cluster.write(home);
        List<BootJars.App> apps = new ServiceApps(home, jvm.java()).of(SERVICES);
        AotCaches caches = new AotCaches(home, jvm.java());
        if (options.caches() == UpOptions.CacheMaking.NOW) {
            say.accept("making start-up caches");
            caches.makeNow(caches.missing(apps), cluster.clusterId());
        }
        LaunchPlan plan =
                new LaunchPlan(
                        home, cluster, jvm, Runtime.getRuntime().availableProcessors(), Map.of());
        Function<BootJars.App, Optional<Path>> cache =
                options.caches() == UpOptions.CacheMaking.OFF
                        ? _ -> Optional.empty()
                        : caches::ready;
        say.accept("starting " + String.join(", ", missing));
        try (StartedProcesses started =
                new StartedProcesses(home, table, new Shutdown(home, say))) {
            for (String name : missing) {
                started.start(
                        kind(name) == Kind.REDIS
                                ? plan.redis(
                                        settled.ownRedis().orElseThrow(),
                                        URI.create(cluster.redis()).getPort())
                                : plan.service(
                                        name,
                                        app(apps, kind(name)),
                                        cache.apply(app(apps, kind(name)))));
            }
            Readiness readiness = new Readiness(home, cluster, started, say, deadline);
            readiness.awaitMembers();
            readiness.awaitAgents();
            started.keep();
        }
        return new Running(cluster, true);
    }

    /** Starts making the start-up caches that are not there yet; returns at once. */
    public void makeCachesInBackground(ClusterFile cluster) throws IOException {
        AotCaches caches = new AotCaches(home, jvm.java());
        List<Kind> kinds = cluster.joined() == null ? SERVICES : List.of(Kind.AGENT);
        List<BootJars.App> missing = caches.missing(new ServiceApps(home, jvm.java()).of(kinds));
        ProcessTable table = ProcessTable.read(home);
        String name = Kind.CACHES.label();
        if (missing.isEmpty() || table.living(name).isPresent()) {
            return;
        }
        Process maker = caches.start(missing, cluster.clusterId());
        try (StartedProcesses started =
                new StartedProcesses(home, table, new Shutdown(home, say))) {
            started.record(name, Kind.CACHES, 0, maker);
            started.keep();
        }
    }

    private static List<String> names(Settlement.Settled settled) {
        List<String> names = new ArrayList<>();
        if (settled.ownRedis().isPresent()) {
            names.add(Kind.REDIS.label());
        }
        names.addAll(List.of(Kind.REGISTRY.label(), Kind.SCHEDULER.label(), Kind.HEALTH.label()));
        IntStream.rangeClosed(1, settled.cluster().agents())
                .forEach(number -> names.add(Kind.AGENT.label() + "-" + number));
        names.add(Kind.GATEWAY.label());
        return names;
    }

    private static Kind kind(String name) {
        for (Kind kind : Kind.values()) {
            if (name.equals(kind.label()) || name.startsWith(kind.label() + "-")) {
                return kind;
            }
        }
        throw new IllegalArgumentException("member: " + name + " (expected: a name of a kind)");
    }

    private static BootJars.App app(List<BootJars.App> apps, Kind kind) {
        return apps.stream().filter(app -> app.kind() == kind).findFirst().orElseThrow();
    }
}
