package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.gateway.app.models.CataloguedModel;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The answer of {@code GET /api/tags}; {@code caravan} is ours, clients skip it. */
public record TagsAnswer(List<Tag> models) {

    record Tag(
            String name,
            String model,
            @JsonProperty("modified_at") String modifiedAt,
            long size,
            String digest,
            ModelDetailsShape details,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> capabilities,
            Cluster caravan) {}

    /**
     * @param holders agents that have the file
     * @param replicas loaded and ready
     * @param groups how many of them are split over several hosts or processes
     * @param fault why the file cannot be used, or which others go by its name
     */
    record Cluster(
            List<String> holders,
            int replicas,
            int groups,
            String continuation,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String fault) {}

    /**
     * @param replicas those of a digest that are loaded
     */
    public static TagsAnswer of(
            List<CataloguedModel> models, Function<ModelDigest, List<ReplicaSnapshot>> replicas) {
        return new TagsAnswer(
                models.stream()
                        .sorted(
                                Comparator.comparingLong(
                                                (CataloguedModel model) ->
                                                        model.modifiedAt().getEpochSecond())
                                        .reversed())
                        .map(model -> tag(model, replicas))
                        .toList());
    }

    private static Tag tag(
            CataloguedModel model, Function<ModelDigest, List<ReplicaSnapshot>> replicas) {
        List<ReplicaSnapshot> loaded = replicas.apply(model.digest());
        return new Tag(
                model.name().display(),
                model.name().display(),
                ModelTimes.text(model.modifiedAt()),
                model.size(),
                model.digest().hex(),
                ModelDetailsShape.withLengths(model.description()),
                model.capabilities(),
                new Cluster(
                        model.holders().stream().map(AgentId::value).toList(),
                        loaded.size(),
                        (int) loaded.stream().filter(ReplicaSnapshot::split).count(),
                        model.continuation().label(),
                        model.fault().orElse(null)));
    }
}
