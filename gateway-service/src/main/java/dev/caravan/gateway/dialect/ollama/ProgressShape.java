package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caravan.gateway.app.models.Progress;
import org.jspecify.annotations.Nullable;

/** A line of a pull, a push or a create. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProgressShape(
        String status, @Nullable String digest, @Nullable Long total, @Nullable Long completed) {

    public static ProgressShape of(Progress step) {
        return step.layer()
                .map(
                        layer ->
                                new ProgressShape(
                                        step.status(),
                                        layer.digest(),
                                        layer.total(),
                                        // Ollama leaves it out as long as it is 0
                                        layer.completed() == 0 ? null : layer.completed()))
                .orElseGet(() -> new ProgressShape(step.status(), null, null, null));
    }
}
