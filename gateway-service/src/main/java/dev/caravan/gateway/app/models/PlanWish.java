package dev.caravan.gateway.app.models;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.Map;

/**
 * @param options contextLength, distributed, ranges, as the client wrote them
 */
public record PlanWish(ModelRef model, ModelDigest digest, Map<String, String> options) {

    public PlanWish {
        options = Map.copyOf(options);
    }
}
