package dev.caravan.gateway.dialect.ollama;

import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers that are whole objects; fields keep the order of their records. */
public final class OllamaJson {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();

    private OllamaJson() {}

    public static byte[] bytes(Object record) {
        return MAPPER.writeValueAsBytes(record);
    }
}
