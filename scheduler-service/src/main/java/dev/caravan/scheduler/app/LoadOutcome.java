package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.FaultCode;

/** How a demand ended. */
public sealed interface LoadOutcome {

    /**
     * @param version of the desired engines that brought it
     */
    record Ready(Version version, AgentSnapshot agent, ReplicaSnapshot replica)
            implements LoadOutcome {}

    record Failed(FaultCode code, String detail) implements LoadOutcome {}

    /** Another scheduler decides, or none at present. */
    record NotLeading() implements LoadOutcome {}
}
