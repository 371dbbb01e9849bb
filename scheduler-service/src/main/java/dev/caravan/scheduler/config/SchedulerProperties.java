package dev.caravan.scheduler.config;

import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.PolicyDefaults;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * @param maxLoadedModels engines one agent runs at once, members of split models counted; an idle
 *     one goes for a new one (Ollama's OLLAMA_MAX_LOADED_MODELS); 0: as many as fit
 * @param models policies by the model's name, in brackets as {@code "[llama3.2:3b]"}; each holds as
 *     long as nobody has put one for that model
 */
@Validated
@ConfigurationProperties("caravan.scheduler")
public record SchedulerProperties(
        @DefaultValue("0") @Min(0) @Max(256) int slots,
        @DefaultValue("0") @Min(0) int contextLength,
        @DefaultValue("5m") Duration loadTimeout,
        @DefaultValue("60s") Duration longestWait,
        @DefaultValue("0") @Min(0) int maxLoadedModels,
        @DefaultValue Map<String, Model> models) {

    /**
     * @param continuation fluent, exact or repeat
     * @param ranges forced layer ranges, {@code HOST=FIRST-LAST} each
     * @param minimumHosts agents it is split over at least; 0: as many as it needs
     * @param contextLength tokens of context of each slot at least; 0: as asked
     * @param engineOptions switches of the engine, after the agent's own
     * @param standby replicas kept loaded on other agents beside the one that is used, 0 to 3
     */
    public record Model(
            @DefaultValue("") String continuation,
            @DefaultValue List<String> ranges,
            @DefaultValue("0") int minimumHosts,
            @DefaultValue("0") int contextLength,
            @DefaultValue List<String> engineOptions,
            @DefaultValue("0") int standby) {

        PolicyDefaults defaults() {
            return PolicyDefaults.checked(
                    continuation, ranges, minimumHosts, contextLength, engineOptions, standby);
        }
    }

    private static final int DEFAULT_CONTEXT = 4096;

    public SchedulerProperties {
        contextLength = contextLength == 0 ? DEFAULT_CONTEXT : contextLength;
        positive("load-timeout", loadTimeout);
        positive("longest-wait", longestWait);
        models = Map.copyOf(models);
        defaults(models);
    }

    /** By the key of the model's name. */
    Map<String, PolicyDefaults> defaults() {
        return defaults(models);
    }

    private static Map<String, PolicyDefaults> defaults(Map<String, Model> models) {
        Map<String, PolicyDefaults> defaults = new HashMap<>();
        models.forEach(
                (name, model) -> {
                    try {
                        defaults.put(key(name), model.defaults());
                    } catch (IllegalArgumentException wrong) {
                        throw new IllegalArgumentException(
                                "models.[%s]: %s".formatted(name, wrong.getMessage()), wrong);
                    }
                });
        return defaults;
    }

    private static String key(String name) {
        return ModelRef.parse(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "name (expected: [host/][namespace/]model[:tag])"))
                .key();
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
