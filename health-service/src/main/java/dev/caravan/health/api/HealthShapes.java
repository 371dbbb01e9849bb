package dev.caravan.health.api;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.health.app.AgentReading;
import dev.caravan.health.app.Member;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import java.net.URI;

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

    public static AgentRecord record(Member<AgentReport> member) {
        return new AgentRecord(
                member.reading().report(),
                member.verdict().name(),
                member.reason(),
                member.seenAt().toEpochMilli());
    }
}
