package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All models on all disks, newest first. */
public record CatalogueMessage(List<Model> models) {

    /**
     * @param holders ids of the agents that have the whole model, sorted
     * @param conflict other digests that go by the same name somewhere; empty when all agree
     * @param fault why the file cannot be used, or which others go by its name; absent: neither
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(
            String name,
            String digest,
            long size,
            long modifiedAt,
            ModelDetails details,
            List<String> capabilities,
            @Nullable FactsMessage facts,
            PolicyMessage policy,
            List<String> holders,
            List<String> conflict,
            @Nullable String fault) {}
}
