package dev.caravan.worker.app.desired;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import java.time.Duration;

/** Engines that differ in their ids alone. */
public final class Wanted {

    private Wanted() {}

    public static WantedEngine engine(String id) {
        return new WantedEngine(
                new ReplicaId(id),
                FakeStore.NAME,
                FakeStore.DIGEST,
                4096,
                2,
                Continuation.EXACT,
                new KeepAlive.For(Duration.ofMinutes(5)));
    }

    /** For a head of agent "head". */
    public static WantedMember member(String id) {
        return new WantedMember(
                new MemberId(id),
                new ReplicaId("group"),
                FakeStore.NAME,
                FakeStore.DIGEST,
                new AgentId("head"),
                4,
                5,
                Continuation.EXACT,
                ByteSize.ofMebibytes(10));
    }
}
