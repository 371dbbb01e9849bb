package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ollama's {@code details}, in our spelling. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelDetails(
        String parentModel,
        String format,
        String family,
        List<String> families,
        String parameterSize,
        String quantizationLevel,
        @Nullable Integer contextLength,
        @Nullable Integer embeddingLength) {}
