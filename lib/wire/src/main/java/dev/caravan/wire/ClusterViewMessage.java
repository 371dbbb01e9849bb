package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The slow facts that gateways route by; higher {@code (epoch, number)} wins. */
public record ClusterViewMessage(
        long epoch,
        long number,
        long publishedAt,
        List<Agent> agents,
        List<Model> models,
        List<Replica> replicas) {

    /**
     * @param verdict READY, SUSPECT or DOWN
     */
    public record Agent(String agentId, String hostId, String address, String verdict) {}

    /** A model on some disk; {@code holders} are agent ids. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(
            String name,
            String digest,
            @Nullable FactsMessage facts,
            String continuation,
            List<String> capabilities,
            List<String> holders) {}

    /**
     * A replica that is ready.
     *
     * @param agentId of its head
     * @param split whether its layers are held by several processes; absent: no
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Replica(
            String replicaId,
            String agentId,
            String model,
            String digest,
            int contextLength,
            int slots,
            String continuation,
            @Nullable Boolean split) {}
}
