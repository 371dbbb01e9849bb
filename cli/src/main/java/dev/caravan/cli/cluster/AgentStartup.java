package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.api.ControlPlane;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts one agent of a cluster that is elsewhere, and waits until that cluster reached it. What
 * was started is ended again when anything fails.
 */
public final class AgentStartup {

    /** Its name here. */
    private static final String AGENT = Kind.AGENT.label() + "-1";

    /** What is still wrong after that long does not pass by itself. */
    private static final Duration WRONG_FOR = Duration.ofSeconds(8);

    private static final int LAST_LINES = 12;

    private final Home home;
    private final Jvm jvm;
    private final Consumer<String> say;
    private Standing standing = new Standing.Waiting("not asked yet");
    private long wrongSince;

    /**
     * @param jvm that runs the agent
     */
    public AgentStartup(Home home, Jvm jvm, Consumer<String> say) {
        this.home = home;
        this.jvm = jvm;
        this.say = say;
    }

    /**
     * What {@link #join} leaves behind.
     *
     * @param fresh it was started
     * @param address where the cluster reaches it
     * @param addressReason why that address was chosen
     */
    public record Joined(
            ClusterFile cluster, boolean fresh, String address, String addressReason) {}

    /** The caller holds the home's lock and has had {@link ControlPlane#check} succeed. */
    public Joined join(JoinOptions options) throws IOException {
        ProcessTable table = ProcessTable.read(home);
        Optional<ClusterFile> before = ClusterFile.read(home);
        ClusterFile cluster = cluster(options, before, table);
        long deadline = System.nanoTime() + options.patience().toNanos();
        try (ControlPlane control = new ControlPlane(options.registry(), options.token());
                StartedProcesses started =
                        new StartedProcesses(home, table, new Shutdown(home, say))) {
            Optional<Member> running = table.living(AGENT);
            Member agent = running.isPresent() ? running.get() : start(options, cluster, started);
            started.await(() -> ready(agent), () -> notReady(options), deadline);
            ReadyFile ready = ReadyFile.of(home, agent).orElseThrow();
            String id = control.agentId(ready.url());
            started.await(
                    () -> reached(control, id, ready.url()),
                    () -> "agent at %s: %s".formatted(ready.url(), reason()),
                    deadline);
            started.keep();
            String why = standing instanceof Standing.Ready(String told) ? told : "";
            return new Joined(cluster, running.isEmpty(), ready.url(), why);
        }
    }

    private ClusterFile cluster(
            JoinOptions options, Optional<ClusterFile> before, ProcessTable table) {
        boolean runs = table.living().stream().anyMatch(one -> one.kind() != Kind.CACHES);
        String registry = options.registry().toString();
        if (runs && !before.flatMap(ClusterFile::joinedRegistry).equals(Optional.of(registry))) {
            throw new CliException(
                    "%s: %s runs from this folder (expected: nothing, or the agent of %s); end it first: ./caravan down, or take another folder with CARAVAN_HOME"
                            .formatted(
                                    home.state(),
                                    before.flatMap(ClusterFile::joinedRegistry)
                                            .map(other -> "an agent of " + other)
                                            .orElse("a cluster"),
                                    registry));
        }
        return ClusterFile.joining(
                before.map(ClusterFile::clusterId).orElseGet(ClusterFile::newId), registry);
    }

    private Member start(JoinOptions options, ClusterFile cluster, StartedProcesses started)
            throws IOException {
        StateFiles.writeSecret(home.joinTokenFile(), options.token());
        cluster.write(home);
        BootJars.App app = new ServiceApps(home, jvm.java()).of(List.of(Kind.AGENT)).getFirst();
        AotCaches caches = new AotCaches(home, jvm.java());
        if (options.caches() == UpOptions.CacheMaking.NOW) {
            caches.makeNow(caches.missing(List.of(app)), cluster.clusterId());
        }
        LaunchPlan plan =
                new LaunchPlan(
                        home,
                        cluster,
                        jvm,
                        Runtime.getRuntime().availableProcessors(),
                        options.settings());
        say.accept("starting " + AGENT);
        return started.start(
                plan.service(
                        AGENT,
                        app,
                        options.caches() == UpOptions.CacheMaking.OFF
                                ? Optional.empty()
                                : caches.ready(app)));
    }

    private boolean ready(Member agent) {
        try {
            return ReadyFile.of(home, agent).isPresent();
        } catch (IOException notYet) {
            return false;
        }
    }

    private String notReady(JoinOptions options) {
        String words;
        try {
            words = Logs.lastWords(home, AGENT, LAST_LINES);
        } catch (IOException unreadable) {
            words = "(" + unreadable.getMessage() + ")";
        }
        return "%s: not ready within %d s; --wait SECONDS gives more time; its last lines:\n%s"
                .formatted(AGENT, options.patience().toSeconds(), words);
    }

    private boolean reached(ControlPlane control, String id, String address) {
        long now = System.nanoTime();
        try {
            standing = Standing.of(control.nodes(), id, address);
        } catch (CliException away) {
            standing = new Standing.Waiting(words(away));
        }
        if (!(standing instanceof Standing.Wrong(String reason))) {
            wrongSince = now;
            return standing instanceof Standing.Ready;
        }
        if (now - wrongSince > WRONG_FOR.toNanos()) {
            throw new CliException("the agent cannot join: " + reason);
        }
        return false;
    }

    private static String words(CliException away) {
        @Nullable String message = away.getMessage();
        return message == null ? "the cluster does not answer" : message;
    }

    private String reason() {
        return switch (standing) {
            case Standing.Ready _ -> "ready";
            case Standing.Waiting(String reason) -> reason;
            case Standing.Wrong(String reason) -> reason;
        };
    }
}
