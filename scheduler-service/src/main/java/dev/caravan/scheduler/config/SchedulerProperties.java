package dev.caravan.scheduler.config;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the operator decides about placement.
 *
 * @param slots requests each engine runs at once (Ollama's OLLAMA_NUM_PARALLEL); 0: as many as each
 *     agent's own setting says
 * @param contextLength tokens of context where a request names none (Ollama's
 *     OLLAMA_CONTEXT_LENGTH); 0: 4096
 * @param loadTimeout how long a load may show no progress before it is given up (Ollama's
 *     OLLAMA_LOAD_TIMEOUT)
 * @param longestWait how long an answer to a load may be held back, whatever the asker wishes
 */
@Validated
@ConfigurationProperties("caravan.scheduler")
public record SchedulerProperties(
        @DefaultValue("0") @Min(0) @Max(256) int slots,
        @DefaultValue("0") @Min(0) int contextLength,
        @DefaultValue("5m") Duration loadTimeout,
        @DefaultValue("60s") Duration longestWait) {

    private static final int DEFAULT_CONTEXT = 4096;

    public SchedulerProperties {
        contextLength = contextLength == 0 ? DEFAULT_CONTEXT : contextLength;
        positive("load-timeout", loadTimeout);
        positive("longest-wait", longestWait);
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
