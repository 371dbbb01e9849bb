package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.gateway.app.models.ModelDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ollama's {@code details}. */
record ModelDetailsShape(
        @JsonProperty("parent_model") String parentModel,
        String format,
        String family,
        @Nullable List<String> families,
        @JsonProperty("parameter_size") String parameterSize,
        @JsonProperty("quantization_level") String quantization,
        @JsonProperty("context_length") @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable Integer contextLength,
        @JsonProperty("embedding_length") @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable Integer embeddingLength) {

    /** With the two lengths, as in the list of models only. */
    static ModelDetailsShape withLengths(ModelDescription description) {
        return of(
                description,
                positive(description.contextLength()),
                positive(description.embeddingLength()));
    }

    static ModelDetailsShape of(ModelDescription description) {
        return of(description, null, null);
    }

    /** As a loaded model is told: what it was made from is not. */
    static ModelDetailsShape loaded(ModelDescription description) {
        ModelDetailsShape whole = of(description);
        return new ModelDetailsShape(
                "",
                whole.format,
                whole.family,
                whole.families,
                whole.parameterSize,
                whole.quantization,
                null,
                null);
    }

    private static ModelDetailsShape of(
            ModelDescription description,
            @Nullable Integer contextLength,
            @Nullable Integer embeddingLength) {
        return new ModelDetailsShape(
                description.parentModel(),
                description.format(),
                description.family(),
                description.families().isEmpty() ? null : description.families(),
                description.parameterSize(),
                description.quantization(),
                contextLength,
                embeddingLength);
    }

    private static @Nullable Integer positive(int number) {
        return number > 0 ? number : null;
    }
}
