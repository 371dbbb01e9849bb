package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What gateways saw of agents lately, the newest of each gateway. While an agent does not answer
 * us, they are witnesses of its death; once it answers after they saw it dead, the fault is between
 * those gateways and it. Not safe for use by several threads.
 */
final class Sightings {

    private static final Logger LOG = LoggerFactory.getLogger(Sightings.class);

    /** A gateway that still needs the agent tells again within a second or two. */
    static final Duration WITNESSED = Duration.ofSeconds(5);

    /** How long a cut way is shown after it was last seen. */
    static final Duration SHOWN = Duration.ofSeconds(15);

    private final Map<AgentId, Map<String, Sighting>> sightings = new HashMap<>();
    private final Map<AgentId, Map<String, Sighting>> partitions = new HashMap<>();
    private final Map<AgentId, Long> counts = new HashMap<>();

    void add(AgentId agent, Sighting sighting) {
        sightings.computeIfAbsent(agent, _ -> new TreeMap<>()).put(sighting.gateway(), sighting);
    }

    /** How many gateways found it failing a moment ago. */
    int witnesses(AgentId agent, Instant now) {
        return (int)
                of(sightings, agent).stream()
                        .filter(sighting -> !sighting.at().plus(WITNESSED).isBefore(now))
                        .count();
    }

    /**
     * The agent answered a question.
     *
     * @param asked when; what was seen after that is not answered by it
     * @param throughout it is the same process, and no question of ours was missed meanwhile
     */
    void answered(AgentId agent, URI address, Instant asked, boolean throughout) {
        if (!throughout) {
            partitions.remove(agent);
        }
        List<Sighting> seen =
                of(sightings, agent).stream().filter(one -> !one.at().isAfter(asked)).toList();
        for (Sighting sighting : seen) {
            of(sightings, agent).remove(sighting);
            if (throughout && sighting.kind() != Sighting.Kind.BROKEN) {
                partitioned(agent, address, sighting);
            }
        }
    }

    private void partitioned(AgentId agent, URI address, Sighting sighting) {
        counts.merge(agent, 1L, Long::sum);
        Sighting before =
                partitions
                        .computeIfAbsent(agent, _ -> new TreeMap<>())
                        .put(sighting.gateway(), sighting);
        if (before == null) {
            LOG.atWarn()
                    .addKeyValue("gateway", sighting.gateway())
                    .addKeyValue("agent", agent)
                    .addKeyValue("address", address)
                    .addKeyValue("saw", sighting.words())
                    .log("a gateway cannot reach an agent that answers the health service");
        }
    }

    void forget(Instant now) {
        dropOlder(sightings, now.minus(WITNESSED));
        dropOlder(partitions, now.minus(SHOWN));
    }

    private static void dropOlder(Map<AgentId, Map<String, Sighting>> all, Instant than) {
        all.values().forEach(each -> each.values().removeIf(one -> one.at().isBefore(than)));
        all.values().removeIf(Map::isEmpty);
    }

    /** Gateways that are cut off from it, for people; empty where none is known. */
    String partition(AgentId agent, URI address) {
        List<String> cut =
                of(partitions, agent).stream()
                        .map(
                                sighting ->
                                        "gateway %s cannot reach it (%s)"
                                                .formatted(sighting.gateway(), sighting.words()))
                        .toList();
        return cut.isEmpty()
                ? ""
                : "%s: %s; it answers the health service (expected: a way from each gateway; open the firewall, or set another address with --advertise)"
                        .formatted(address, String.join(", ", cut));
    }

    /** Sightings of an agent that turned out to be a cut way, since the start. */
    long partitions(AgentId agent) {
        return counts.getOrDefault(agent, 0L);
    }

    private static Collection<Sighting> of(Map<AgentId, Map<String, Sighting>> all, AgentId agent) {
        return all.getOrDefault(agent, Map.of()).values();
    }
}
