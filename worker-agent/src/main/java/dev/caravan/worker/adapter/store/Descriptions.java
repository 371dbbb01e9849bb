package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.StoredModel.Description;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people are shown of a model: what its config says, else what its weights do. */
final class Descriptions {

    private Descriptions() {}

    static Description of(ConfigBlob config, Optional<Weights> found) {
        String family = or(config.family(), found.map(Weights::architecture));
        return new Description(
                or(config.format(), found.map(_ -> "gguf")),
                family,
                config.families() != null
                        ? config.families()
                        : family.isEmpty() ? List.of() : List.of(family),
                or(config.parameterSize(), found.map(Weights::parameterSize)),
                or(config.quantization(), found.map(Weights::quantization)),
                found.map(Weights::contextLength).orElse(0),
                found.map(Weights::embeddingLength).orElse(0));
    }

    private static String or(@Nullable String said, Optional<String> found) {
        return said != null && !said.isEmpty() ? said : found.orElse("");
    }
}
