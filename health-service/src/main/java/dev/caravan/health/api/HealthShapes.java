package dev.caravan.health.api;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.health.app.AgentReading;
import dev.caravan.health.app.HealthRounds;
import dev.caravan.health.app.Judgement;
import dev.caravan.health.app.Member;
import dev.caravan.health.app.Sighting;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.NodesMessage;
import dev.caravan.wire.SightingMessage;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Between what crosses the wire and what judging works on. */
public final class HealthShapes {

    private HealthShapes() {}

    /**
     * @throws IllegalArgumentException where the id is blank or the address is no URL
     */
    public static AgentReading<AgentReport> reading(AgentReport report) {
        return new AgentReading<>(
                new AgentId(report.agentId()),
                URI.create(report.address()),
                report.startedAt(),
                report.sequence(),
                report);
    }

    static Sighting.Kind kind(SightingMessage.Kind kind) {
        return switch (kind) {
            case REFUSED -> Sighting.Kind.REFUSED;
            case UNREACHABLE -> Sighting.Kind.UNREACHABLE;
            case SILENT -> Sighting.Kind.SILENT;
            case BROKEN -> Sighting.Kind.BROKEN;
        };
    }

    /** The wire's verdict for an address at which no agent was reached so far. */
    private static final String UNREACHABLE = "UNREACHABLE";

    /**
     * All that is known, for people.
     *
     * @param unheard listed addresses that never answered, with the reason
     */
    static NodesMessage nodes(
            Judgement<AgentReport> judgement, Map<URI, HealthRounds.Unheard> unheard) {
        Set<URI> members =
                judgement.members().stream().map(Member::address).collect(Collectors.toSet());
        List<NodesMessage.Unusable> unusable =
                Stream.concat(
                                unheard.entrySet().stream()
                                        .filter(entry -> !members.contains(entry.getKey()))
                                        .map(
                                                entry ->
                                                        new NodesMessage.Unusable(
                                                                entry.getKey().toString(),
                                                                entry.getValue().connected()
                                                                        ? "SILENT"
                                                                        : UNREACHABLE,
                                                                entry.getValue().reason())),
                                judgement.refused().stream()
                                        .map(
                                                address ->
                                                        new NodesMessage.Unusable(
                                                                address.toString(),
                                                                "DUPLICATE",
                                                                address
                                                                        + ": its id is that of another agent")))
                        .toList();
        return new NodesMessage(
                judgement.frozen().isPresent(),
                judgement.frozen().orElse(""),
                judgement.members().stream().map(HealthShapes::shown).toList(),
                unusable.isEmpty() ? null : unusable);
    }

    private static AgentRecord shown(Member<AgentReport> member) {
        AgentRecord record = record(member);
        return member.unreachable() && !member.stopping()
                ? new AgentRecord(record.report(), UNREACHABLE, record.reason(), record.seenAt())
                : record;
    }

    public static AgentRecord record(Member<AgentReport> member) {
        return new AgentRecord(
                member.reading().report(),
                member.verdict().name(),
                member.reason(),
                member.seenAt().toEpochMilli());
    }
}
