package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.redis.RedisPing;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for what was started, says who is ready, and names who is not. */
final class Readiness {

    private static final int LAST_LINES = 12;

    private final Home home;
    private final ClusterFile cluster;
    private final StartedProcesses started;
    private final Consumer<String> say;
    private final long deadline;
    private @Nullable String seen;

    /**
     * @param deadline on the clock of {@link System#nanoTime}
     */
    Readiness(
            Home home,
            ClusterFile cluster,
            StartedProcesses started,
            Consumer<String> say,
            long deadline) {
        this.home = home;
        this.cluster = cluster;
        this.started = started;
        this.say = say;
        this.deadline = deadline;
    }

    /** Waits until each started process listens. */
    void awaitMembers() throws IOException {
        long from = System.nanoTime();
        List<Member> pending = new ArrayList<>(started.members());
        started.await(
                () -> {
                    pending.removeIf(
                            member -> {
                                boolean ready = ready(member);
                                if (ready) {
                                    say.accept(
                                            "%-10s ready after %.1f s"
                                                    .formatted(
                                                            member.name(),
                                                            (System.nanoTime() - from) / 1e9));
                                }
                                return ready;
                            });
                    return pending.isEmpty();
                },
                () -> late(pending),
                deadline);
    }

    private boolean ready(Member member) {
        try {
            if (member.kind() == Kind.REDIS) {
                // somebody else's Redis could have been quicker to take the port
                return RedisPing.processId(URI.create(cluster.redis())).orElse(-1)
                        == member.process().pid();
            }
            return ReadyFile.of(home, member).isPresent();
        } catch (IOException notYet) {
            return false;
        }
    }

    private String late(List<Member> pending) {
        Member first = pending.getFirst();
        return "not ready in time: %s (expected: all); --wait SECONDS gives more time; last lines of %s:\n%s\n(%s)"
                .formatted(
                        pending.stream().map(Member::name).toList(),
                        first.name(),
                        lastWords(first),
                        home.log(first.name()));
    }

    private String lastWords(Member member) {
        try {
            return Logs.lastWords(home, member.name(), LAST_LINES);
        } catch (IOException unreadable) {
            return "(" + unreadable.getMessage() + ")";
        }
    }

    /** Ready processes are not yet a cluster: the gateway has to see the agents. */
    void awaitAgents() throws IOException {
        GatewayClient gateway = new GatewayClient(cluster.gatewayUrl());
        started.await(() -> agentsSeen(gateway), this::agentsMissing, deadline);
    }

    private boolean agentsSeen(GatewayClient gateway) {
        try {
            List<String> verdicts =
                    gateway.get("/api/distributed/nodes")
                            .path("nodes")
                            .valueStream()
                            .map(node -> node.path("verdict").asString("?"))
                            .toList();
            seen = verdicts.toString();
            return verdicts.stream().filter("READY"::equals).count() >= cluster.agents();
        } catch (CliException notYet) {
            seen = notYet.getMessage();
            return false;
        }
    }

    private String agentsMissing() {
        return "the gateway sees of its agents: %s (expected: %d READY); see ./caravan logs health and ./caravan logs gateway"
                .formatted(seen, cluster.agents());
    }
}
