package dev.caravan.gateway.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import java.util.List;
import java.util.Set;

/** One model, one agent. */
final class Fixtures {

    static final ModelRef NAME = ModelRef.parse("toy").orElseThrow();
    static final ModelDigest DIGEST = new ModelDigest("a".repeat(64));
    static final AgentId AGENT = new AgentId("agent");

    private Fixtures() {}

    static AgentSnapshot agent() {
        return new AgentSnapshot(AGENT, "host", "http://127.0.0.1:1", AgentSnapshot.Verdict.READY);
    }

    static ReplicaSnapshot replica(String id, int slots, int context) {
        return new ReplicaSnapshot(
                new ReplicaId(id), AGENT, NAME, DIGEST, context, slots, Continuation.FLUENT);
    }

    static ClusterView view(long number, ReplicaSnapshot... replicas) {
        ModelFacts facts = new ModelFacts(2, ByteSize.ofMebibytes(1), 64, 8192, 64);
        ModelEntry entry =
                new ModelEntry(
                        NAME,
                        DIGEST,
                        facts,
                        Continuation.FLUENT,
                        Set.of("completion"),
                        List.of(AGENT));
        return new ClusterView(
                new Version(1, number), List.of(agent()), List.of(entry), List.of(replicas));
    }

    static RunRequest request(String id, int context) {
        return new RunRequest(
                id,
                NAME,
                DIGEST,
                new Prompt.Raw(id),
                SamplingOptions.DEFAULTS,
                context,
                new KeepAlive.Unset());
    }
}
