package dev.caravan.wire;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How our processes read each other: unknown fields are skipped, absent numbers are zero. */
public final class WireJson {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build();

    private WireJson() {}

    public static JsonMapper mapper() {
        return MAPPER;
    }
}
