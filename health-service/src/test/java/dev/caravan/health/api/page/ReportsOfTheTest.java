package dev.caravan.health.api.page;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.health.api.HealthShapes;
import dev.caravan.health.app.Judgement;
import dev.caravan.health.app.Membership;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines.Stage;
import dev.caravan.wire.EngineBuild;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.VersionMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports of agents with the parts that the page shows. */
final class ReportsOfTheTest {

    static final String DIGEST = "ab".repeat(32);
    static final Instant NOW = Instant.ofEpochSecond(1_000_000);

    private ReportsOfTheTest() {}

    /** What a health service makes of agents that have just answered. */
    static Judgement<AgentReport> judged(AgentReport... reports) {
        var membership = new Membership<AgentReport>();
        for (AgentReport report : reports) {
            membership.answered(HealthShapes.reading(report), NOW);
        }
        return membership.judge(NOW);
    }

    static AgentReport agent(
            String id,
            String hostId,
            String address,
            List<AgentReport.Replica> replicas,
            @Nullable List<AgentReport.Member> members,
            List<AgentReport.Model> models) {
        return new AgentReport(
                new AgentId(id).value(),
                hostId,
                address,
                "0.1.0",
                1,
                1,
                new EngineBuild("llama.cpp", "b11669", "3.0.0", List.of("CPU haswell"), "path"),
                null,
                4,
                new AgentReport.Memory(16_000, 9_000, 8_000, 2_000),
                new AgentReport.Store(50_000, 700),
                new VersionMessage(1, 1),
                replicas,
                members,
                models);
    }

    static AgentReport.Replica replica(
            String id, String model, int busy, @Nullable List<Stage> stages) {
        return new AgentReport.Replica(
                id,
                model,
                DIGEST,
                ReplicaState.READY,
                4096,
                4,
                busy,
                "fluent",
                1_000,
                4711,
                "127.0.0.1:9999",
                5,
                -1L,
                null,
                null,
                stages);
    }

    static AgentReport.Member lent(
            String id, String group, int firstLayer, int layers, long memory) {
        return new AgentReport.Member(
                id,
                group,
                "big:latest",
                DIGEST,
                ReplicaState.READY,
                firstLayer,
                layers,
                memory,
                4712,
                true,
                null,
                null);
    }

    static AgentReport.Model model(String name, String digest, int layers) {
        return new AgentReport.Model(
                name,
                digest,
                700,
                1,
                new ModelDetails(
                        "", "gguf", "llama", List.of("llama"), "1.2B", "Q4_K_M", null, null),
                List.of("completion"),
                new FactsMessage(layers, 600, 64, 4096, 64, null, null),
                PolicyMessage.of(1, 1, "fluent"),
                null);
    }
}
