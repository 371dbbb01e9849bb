package dev.caravan.platform;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.run.GoDuration;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Ollama's own variables that are read here, and the keys whose defaults they are. A value is taken
 * as Ollama takes it: without blanks and quotes around it, and where it makes no sense there, the
 * variable is as good as unset.
 */
public enum OllamaVariable {
    /** See {@link OllamaHost}; for the gateway alone. */
    OLLAMA_HOST(Optional::of, "server.address", "server.port"),
    OLLAMA_ORIGINS(Optional::of, "caravan.gateway.origins"),
    OLLAMA_MODELS(Optional::of, "caravan.worker.models-dir"),
    OLLAMA_KEEP_ALIVE(
            OllamaVariable::keepAlive, "caravan.gateway.keep-alive", "caravan.worker.keep-alive"),
    OLLAMA_CONTEXT_LENGTH(
            OllamaVariable::positive,
            "caravan.gateway.context-length",
            "caravan.scheduler.context-length"),
    OLLAMA_NUM_PARALLEL(
            OllamaVariable::positive,
            "caravan.worker.slots",
            "caravan.worker.ollama.slots",
            "caravan.scheduler.slots"),
    OLLAMA_MAX_QUEUE(OllamaVariable::unsigned, "caravan.gateway.admission.max-queued"),
    OLLAMA_MAX_LOADED_MODELS(OllamaVariable::unsigned, "caravan.scheduler.max-loaded-models"),
    OLLAMA_LOAD_TIMEOUT(
            OllamaVariable::patience,
            "caravan.worker.load-timeout",
            "caravan.scheduler.load-timeout"),
    OLLAMA_FLASH_ATTENTION(OllamaVariable::onOrOff, "caravan.worker.engine.flash-attention"),
    OLLAMA_KV_CACHE_TYPE(text -> Optional.of(lower(text)), "caravan.worker.engine.kv-cache-type"),
    OLLAMA_NOPRUNE(
            text -> onOrOff(text).map(never -> String.valueOf(never.equals("off"))),
            "caravan.worker.prune"),
    OLLAMA_DEBUG(OllamaVariable::level, "logging.level.dev.caravan");

    /** Stands for no limit at all: ten years. */
    private static final String FOR_EVER = "3650d";

    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    /** What Go's ParseBool takes for true. */
    private static final Set<String> TRUE = Set.of("1", "t", "true");

    /** What it takes for false; anything else switches a feature on. */
    private static final Set<String> FALSE = Set.of("0", "f", "false");

    private final Function<String, Optional<String>> form;
    private final List<String> keys;

    OllamaVariable(Function<String, Optional<String>> form, String... keys) {
        this.form = form;
        this.keys = List.of(keys);
    }

    /** Keys whose default it is. */
    public List<String> keys() {
        return keys;
    }

    /** The value as our keys have it; empty where the variable is as good as unset. */
    Optional<String> value(String sent) {
        String text = sent.strip().replaceAll("^[\"']+|[\"']+$", "");
        return text.isEmpty() ? Optional.empty() : form.apply(text);
    }

    private static Optional<String> keepAlive(String text) {
        return nanos(text).map(nanos -> nanos.signum() < 0 ? "-1s" : duration(nanos));
    }

    private static Optional<String> patience(String text) {
        return nanos(text).map(nanos -> nanos.signum() <= 0 ? FOR_EVER : duration(nanos));
    }

    /** A Go duration, or a whole number of seconds. */
    private static Optional<BigDecimal> nanos(String text) {
        try {
            return Optional.of(
                            text.matches("[+-]?\\d+")
                                    ? new BigDecimal(text).multiply(NANOS_PER_SECOND)
                                    : GoDuration.nanos(text))
                    .filter(nanos -> nanos.abs().compareTo(LONGEST) < 0);
        } catch (CaravanException senseless) {
            return Optional.empty();
        }
    }

    private static String duration(BigDecimal nanos) {
        return nanos.toBigInteger() + "ns";
    }

    private static Optional<String> unsigned(String text) {
        return Optional.of(text).filter(number -> number.matches("\\d{1,9}"));
    }

    /** Nought leaves it to the server, as if it were unset. */
    private static Optional<String> positive(String text) {
        return unsigned(text).filter(number -> Integer.parseInt(number) > 0);
    }

    private static Optional<String> onOrOff(String text) {
        return Optional.of(FALSE.contains(lower(text)) ? "off" : "on");
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static Optional<String> level(String text) {
        if (TRUE.contains(lower(text))) {
            return Optional.of("DEBUG");
        }
        return positive(text).map(_ -> "TRACE");
    }
}
