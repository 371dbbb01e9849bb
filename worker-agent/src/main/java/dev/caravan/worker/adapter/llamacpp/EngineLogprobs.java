package dev.caravan.worker.adapter.llamacpp;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.core.run.Logprob;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;

/** Reads probabilities of tokens, which both routes tell in one form. */
final class EngineLogprobs {

    private record Entry(
            @Nullable String token,
            double logprob,
            @JsonProperty("top_logprobs") @Nullable List<Entry> top) {

        Logprob logprobOf() {
            return new Logprob(
                    token == null ? "" : token,
                    logprob,
                    top == null ? List.of() : top.stream().map(Entry::logprobOf).toList());
        }
    }

    private static final ObjectReader ENTRIES =
            EngineJson.MAPPER
                    .readerForListOf(Entry.class)
                    .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private EngineLogprobs() {}

    /** Reads the array that the parser stands at. */
    static List<Logprob> read(JsonParser json) {
        List<Entry> entries = ENTRIES.readValue(json);
        return entries.stream().map(Entry::logprobOf).toList();
    }
}
