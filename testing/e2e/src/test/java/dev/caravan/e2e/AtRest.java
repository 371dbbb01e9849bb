package dev.caravan.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.wire.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** What a cluster has when nobody asks anything of it: nothing of what requests and faults had. */
final class AtRest {

    /** A kept RPC server has its time, a killed agent's record too. */
    private static final Duration SETTLED = Duration.ofSeconds(60);

    /** Keys of Redis that are one agent's: its id is their end. */
    private static final List<String> OF_AGENTS = List.of(Keys.AGENT, Keys.DESIRED);

    private static final String ESTABLISHED = "01";

    private AtRest() {}

    static void await(LocalCluster cluster) {
        Awaitility.await("nothing is left over within " + SETTLED)
                .atMost(SETTLED)
                .untilAsserted(
                        () -> {
                            assertThat(
                                            cluster.client()
                                                    .json("/api/distributed/requests")
                                                    .path("requests"))
                                    .isEmpty();
                            List<JsonNode> replicas = cluster.liveReplicas();
                            assertThat(replicas)
                                    .allMatch(replica -> replica.path("busy").asInt() == 0);
                            assertThat(new HashSet<>(cluster.enginePids()))
                                    .isEqualTo(reported(replicas, cluster.members()));
                            assertThat(connectedPorts())
                                    .doesNotContainAnyElementsOf(ports(replicas));
                            assertThat(keysOfOthers(cluster)).isEmpty();
                        });
    }

    private static Set<Long> reported(List<JsonNode> replicas, List<JsonNode> members) {
        return Stream.concat(replicas.stream(), members.stream())
                .map(process -> process.path("pid").asLong())
                .collect(toSet());
    }

    private static Set<Integer> ports(List<JsonNode> replicas) {
        return replicas.stream()
                .map(replica -> replica.path("engineAddress").asString())
                // one that loads has none yet
                .filter(address -> !address.isEmpty())
                .map(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
                .collect(toSet());
    }

    /** Local ports of this machine's IPv4 connections. */
    private static Set<Integer> connectedPorts() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.skip(1)
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields[3].equals(ESTABLISHED))
                    .map(fields -> fields[1].substring(fields[1].indexOf(':') + 1))
                    .map(port -> Integer.parseInt(port, 16))
                    .collect(toSet());
        }
    }

    private static List<String> keysOfOthers(LocalCluster cluster) {
        List<String> agents = cluster.agentIds();
        return cluster.redis("KEYS", "*")
                .lines()
                .filter(line -> OF_AGENTS.stream().anyMatch(line::startsWith))
                .filter(key -> agents.stream().noneMatch(key::endsWith))
                .toList();
    }
}
