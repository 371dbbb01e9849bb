package dev.caravan.scheduler.translation;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.DesiredEngine;
import dev.caravan.scheduler.app.DesiredState;
import dev.caravan.wire.DesiredEngines;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Between the two forms of what an agent should run. */
public final class Wishes {

    private Wishes() {}

    public static DesiredEngines message(DesiredState state) {
        return new DesiredEngines(
                state.version().epoch(),
                state.version().number(),
                state.engines().stream().map(Wishes::engine).toList(),
                null);
    }

    private static DesiredEngines.Engine engine(DesiredEngine engine) {
        return new DesiredEngines.Engine(
                engine.replica().value(),
                engine.model().display(),
                engine.digest().hex(),
                engine.contextLength(),
                engine.slots(),
                engine.continuation().label(),
                engine.keepAliveMillis().isPresent() ? engine.keepAliveMillis().getAsLong() : null,
                null,
                null);
    }

    public static DesiredState state(AgentId agent, DesiredEngines message) {
        List<DesiredEngine> engines =
                message.engines().stream().flatMap(each -> engine(each).stream()).toList();
        return new DesiredState(agent, new Version(message.epoch(), message.generation()), engines);
    }

    private static Optional<DesiredEngine> engine(DesiredEngines.Engine engine) {
        return ModelRef.parse(engine.model())
                .map(
                        name ->
                                new DesiredEngine(
                                        new ReplicaId(engine.replicaId()),
                                        name,
                                        new ModelDigest(engine.digest()),
                                        engine.contextLength(),
                                        engine.slots(),
                                        Continuation.parse(engine.continuation()),
                                        engine.keepAliveMillis() == null
                                                ? OptionalLong.empty()
                                                : OptionalLong.of(engine.keepAliveMillis())));
    }
}
