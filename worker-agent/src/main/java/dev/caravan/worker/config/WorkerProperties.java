package dev.caravan.worker.config;

import dev.caravan.core.run.KeepAlive;
import dev.caravan.worker.adapter.llamacpp.ComputeOptions;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What one agent is told about its host.
 *
 * @param keepAlive how long a model stays after its last request, unless the request or the
 *     scheduler says otherwise; negative: for ever
 * @param memory the most its engines may use in all; the whole host's unless given
 * @param cores threads each engine computes with; 0: all of the host's
 * @param slots requests each engine runs at once, unless the scheduler says otherwise
 * @param engineDir folder of {@code llama-server}, or of {@code bin/llama-server}; where it is
 *     given no other place is looked in
 * @param modelsDir the model store, in Ollama's layout; {@code models} in the data folder unless
 *     given
 * @param prune whether blobs of the store that no model has any more are removed: at the start, an
 *     hour after they came, and where a pull, create or copy replaces the last model that had them
 *     (Ollama's OLLAMA_NOPRUNE says the reverse). A delete removes them either way
 * @param prunePartialsAfter how long a download that nobody goes on with is kept after its last
 *     byte; looked at where {@code prune} is on
 * @param loadTimeout how long an engine may take to load its model
 * @param clientPatience how long an answer may wait for a client that takes nothing of it
 * @param promptPatience how long an engine may be silent over a prompt before its own speed is
 *     known; from then on that decides, and an engine that is silent for longer is ended
 * @param drain how long running answers may go on when the agent is to end; 0: not at all
 * @param tensorCache bytes of other hosts' models that may be kept on disk, so that they are not
 *     sent again with each load; 0: none
 * @param rpcKeep how long an RPC server whose group broke is kept for the next group; 0: not at all
 * @param engine how engines are chosen
 * @param engineArguments further switches of each {@code llama-server}; they come last and win
 */
@Validated
@ConfigurationProperties("caravan.worker")
public record WorkerProperties(
        @DefaultValue("5m") Duration keepAlive,
        @Nullable DataSize memory,
        @DefaultValue("0") @Min(0) @Max(1024) int cores,
        @DefaultValue("4") @Min(1) @Max(256) int slots,
        @Nullable Path engineDir,
        @Nullable Path modelsDir,
        @DefaultValue("true") boolean prune,
        @DefaultValue("7d") Duration prunePartialsAfter,
        @DefaultValue("10m") Duration loadTimeout,
        @DefaultValue("1m") Duration clientPatience,
        @DefaultValue("5m") Duration promptPatience,
        @DefaultValue("30s") Duration drain,
        @DefaultValue("32GB") DataSize tensorCache,
        @DefaultValue("10s") Duration rpcKeep,
        @DefaultValue Engine engine,
        @DefaultValue List<String> engineArguments) {

    public WorkerProperties {
        engineArguments = List.copyOf(engineArguments);
        if (memory != null && (memory.isNegative() || memory.toBytes() == 0)) {
            throw new IllegalArgumentException("memory: " + memory + " (expected: > 0)");
        }
        if (tensorCache.isNegative()) {
            throw new IllegalArgumentException(
                    "tensor-cache: " + tensorCache + " (expected: >= 0)");
        }
        requirePositive("prune-partials-after", prunePartialsAfter);
        requirePositive("load-timeout", loadTimeout);
        requirePositive("client-patience", clientPatience);
        requirePositive("prompt-patience", promptPatience);
        requireNotNegative("drain", drain);
        requireNotNegative("rpc-keep", rpcKeep);
    }

    /**
     * @param cpuVariant processor generation that engines compute for, such as {@code haswell}, so
     *     that unlike hosts get the same text; empty: the best this processor can run
     * @param flashAttention auto, on or off; models whose continuation is exact go without
     *     (Ollama's OLLAMA_FLASH_ATTENTION)
     * @param kvCacheType how attended tokens are kept: f32, f16, bf16, q8_0, q4_0, q4_1, iq4_nl,
     *     q5_0 or q5_1; empty: the engine's own, f16 (Ollama's OLLAMA_KV_CACHE_TYPE)
     */
    public record Engine(
            @DefaultValue("") String cpuVariant,
            @DefaultValue("auto") String flashAttention,
            @DefaultValue("") String kvCacheType) {

        private static final Pattern VARIANT = Pattern.compile("[A-Za-z0-9_.-]{0,40}");

        public Engine {
            if (!VARIANT.matcher(cpuVariant).matches()) {
                throw new IllegalArgumentException(
                        "engine.cpu-variant: \"%s\" (expected: one that the agent's report names, such as haswell)"
                                .formatted(cpuVariant));
            }
            new ComputeOptions(flashAttention, kvCacheType);
        }

        ComputeOptions compute() {
            return new ComputeOptions(flashAttention, kvCacheType);
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }

    private static void requireNotNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: >= 0)");
        }
    }

    KeepAlive defaultKeepAlive() {
        return keepAlive.isNegative() ? new KeepAlive.Forever() : new KeepAlive.For(keepAlive);
    }

    int threads() {
        return cores == 0 ? Runtime.getRuntime().availableProcessors() : cores;
    }
}
