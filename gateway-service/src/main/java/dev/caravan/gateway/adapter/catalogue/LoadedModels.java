package dev.caravan.gateway.adapter.catalogue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.ReplicaState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The catalogue with the replicas of each model: fields of {@link CatalogueMessage} and ours. */
record LoadedModels(List<Model> models) {

    record Model(@JsonUnwrapped CatalogueMessage.Model model, List<Replica> replicas) {}

    /**
     * @param agentId of its head
     * @param memory resident bytes of all its processes
     * @param split whether several processes hold its layers
     * @param stages one a process, the head first
     */
    record Replica(
            String replicaId,
            String agentId,
            ReplicaState state,
            int contextLength,
            int slots,
            int busy,
            String continuation,
            long memory,
            boolean split,
            List<Stage> stages) {}

    /**
     * @param role "HEAD" or "MEMBER"
     * @param firstLayer absent where it holds no repeating layer, or nobody knows how many there
     *     are
     * @param lastLayer inclusive
     * @param output whether it holds the output layer
     * @param memory resident bytes; 0 where its agent does not answer
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Stage(
            String agentId,
            String hostId,
            String role,
            @Nullable Integer firstLayer,
            @Nullable Integer lastLayer,
            boolean output,
            long memory) {}

    static LoadedModels of(CatalogueMessage catalogue, List<AgentReport> reports) {
        Cluster cluster = new Cluster(reports);
        return new LoadedModels(
                catalogue.models().stream()
                        .map(model -> new Model(model, cluster.replicas(model)))
                        .toList());
    }

    /** What all agents report, by the ids that stages name. */
    private static final class Cluster {

        private final List<AgentReport> reports;
        private final Map<String, String> hosts = new HashMap<>();
        private final Map<String, AgentReport.Member> members = new HashMap<>();

        Cluster(List<AgentReport> reports) {
            this.reports = reports;
            for (AgentReport report : reports) {
                hosts.put(report.agentId(), report.hostId());
                report.lent().forEach(member -> members.put(member.memberId(), member));
            }
        }

        List<Replica> replicas(CatalogueMessage.Model model) {
            int layers = model.facts() == null ? 0 : model.facts().layers();
            List<Replica> replicas = new ArrayList<>();
            for (AgentReport report : reports) {
                report.replicas().stream()
                        .filter(replica -> replica.digest().equals(model.digest()))
                        .filter(Cluster::lives)
                        .map(replica -> replica(report, replica, layers))
                        .forEach(replicas::add);
            }
            replicas.sort(Comparator.comparing(Replica::replicaId));
            return replicas;
        }

        private static boolean lives(AgentReport.Replica replica) {
            return switch (replica.state()) {
                case LOADING, READY, DRAINING -> true;
                case EXITED, FAILED -> false;
            };
        }

        private Replica replica(AgentReport head, AgentReport.Replica replica, int layers) {
            List<Stage> stages = stages(head, replica, layers);
            return new Replica(
                    replica.replicaId(),
                    head.agentId(),
                    replica.state(),
                    replica.contextLength(),
                    replica.slots(),
                    replica.busy(),
                    replica.continuation(),
                    stages.stream().mapToLong(Stage::memory).sum(),
                    replica.stages() != null,
                    stages);
        }

        private List<Stage> stages(AgentReport head, AgentReport.Replica replica, int layers) {
            List<DesiredEngines.Stage> planned =
                    Objects.requireNonNullElse(replica.stages(), List.of());
            boolean headHasLayers = planned.isEmpty() || planned.getFirst().memberId() == null;
            List<Stage> stages = new ArrayList<>();
            if (!headHasLayers || planned.isEmpty()) {
                int held = planned.isEmpty() ? layers + 1 : 0;
                stages.add(stage(head.agentId(), "HEAD", 0, held, layers, replica.memory()));
            }
            int first = 0;
            for (DesiredEngines.Stage stage : planned) {
                AgentReport.@Nullable Member member =
                        stage.memberId() == null ? null : members.get(stage.memberId());
                long memory =
                        stage.memberId() == null
                                ? replica.memory()
                                : member == null ? 0 : member.memory();
                stages.add(
                        stage(
                                stage.agentId(),
                                stage.memberId() == null ? "HEAD" : "MEMBER",
                                first,
                                stage.layers(),
                                layers,
                                memory));
                first += stage.layers();
            }
            return stages;
        }

        private Stage stage(
                String agent, String role, int first, int held, int layers, long memory) {
            int last = Math.min(first + held, layers) - 1;
            boolean any = layers > 0 && last >= first;
            return new Stage(
                    agent,
                    hosts.getOrDefault(agent, ""),
                    role,
                    any ? first : null,
                    any ? last : null,
                    layers > 0 && first + held > layers,
                    memory);
        }
    }
}
