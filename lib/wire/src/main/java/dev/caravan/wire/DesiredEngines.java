package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All engines an agent should run; what is not named is to end. */
public record DesiredEngines(long epoch, long generation, List<Engine> engines) {

    /**
     * @param replicaId new for each load; one that has ended is not started again
     * @param contextLength tokens of context of each slot
     * @param slots requests it runs at once; 0: the agent's own default
     * @param keepAliveMillis after the last request; -1 for ever, absent: the agent's default
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Engine(
            String replicaId,
            String model,
            String digest,
            int contextLength,
            int slots,
            String continuation,
            @Nullable Long keepAliveMillis) {}
}
