package dev.caravan.worker.adapter.ollama;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * An Ollama server whose models this agent runs beside its own.
 *
 * @param url where it is, as in {@code OLLAMA_HOST}; none unless given
 * @param slots requests it is taken to run at once, until its answers show otherwise. It does not
 *     tell its own number ({@code OLLAMA_NUM_PARALLEL}); its default is 1, so is this one
 * @param refresh how often it is asked what it has
 * @param stall how long an answer may make no progress while the server is there
 */
@Validated
@ConfigurationProperties("caravan.worker.ollama")
public record OllamaProperties(
        @Nullable String url,
        @DefaultValue("1") @Min(1) @Max(64) int slots,
        @DefaultValue("3s") Duration refresh,
        @DefaultValue("10m") Duration stall) {

    public OllamaProperties {
        if (url != null && !url.isBlank()) {
            OllamaUrl.parse(url);
        }
        requirePositive("refresh", refresh);
        requirePositive("stall", stall);
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }

    Optional<OllamaUrl> address() {
        return Optional.ofNullable(url).filter(text -> !text.isBlank()).map(OllamaUrl::parse);
    }

    /** The server, where one is configured. */
    public Optional<OllamaServer> server(Duration loadTimeout) {
        return address().map(found -> new OllamaServer(found, this, loadTimeout));
    }
}
