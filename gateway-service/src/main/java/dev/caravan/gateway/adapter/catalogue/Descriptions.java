package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.gateway.app.models.ModelDescription;
import dev.caravan.wire.ModelDetails;

/** Model details off the wire. */
final class Descriptions {

    private Descriptions() {}

    static ModelDescription of(ModelDetails details) {
        return new ModelDescription(
                details.parentModel(),
                details.format(),
                details.family(),
                details.families(),
                details.parameterSize(),
                details.quantizationLevel(),
                details.contextLength() == null ? 0 : details.contextLength(),
                details.embeddingLength() == null ? 0 : details.embeddingLength());
    }
}
