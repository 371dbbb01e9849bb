package dev.caravan.worker.adapter.ollama;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * An Ollama server whose models this agent runs beside its own: one that is there, or one that the
 * agent starts.
 *
 * @param url where it is, as in {@code OLLAMA_HOST}; none unless given
 * @param command path of the {@code ollama} that the agent starts, or its name on PATH; none unless
 *     given. Not together with {@code url}
 * @param models folder of models of the one that is started; unless given the one that Ollama
 *     itself would use ({@code OLLAMA_MODELS}, else {@code .ollama/models} of its user)
 * @param slots requests it is taken to run at once, until its answers show otherwise. It does not
 *     tell its own number ({@code OLLAMA_NUM_PARALLEL}); its default is 1, so is this one. One that
 *     is started is told this one
 * @param refresh how often it is asked what it has
 * @param stall how long an answer may make no progress while the server is there
 */
@Validated
@ConfigurationProperties("caravan.worker.ollama")
public record OllamaProperties(
        @Nullable String url,
        @Nullable String command,
        @Nullable Path models,
        @DefaultValue("1") @Min(1) @Max(64) int slots,
        @DefaultValue("3s") Duration refresh,
        @DefaultValue("10m") Duration stall) {

    public OllamaProperties {
        url = given(url);
        command = given(command);
        if (url != null) {
            OllamaUrl.parse(url);
        }
        if (url != null && command != null) {
            throw new IllegalArgumentException(
                    "url: %s, command: %s (expected: one of caravan.worker.ollama.url, for a server that is there, and caravan.worker.ollama.command, for one that the agent starts)"
                            .formatted(url, command));
        }
        requirePositive("refresh", refresh);
        requirePositive("stall", stall);
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    Optional<OllamaUrl> address() {
        return Optional.ofNullable(url).map(OllamaUrl::parse);
    }

    /** The server, where one is configured. */
    public Optional<OllamaServer> server(Duration loadTimeout, OllamaLaunch launch) {
        return Optional.ofNullable(command)
                .<OllamaHost>map(name -> launch.host(name, this))
                .or(() -> address().map(FoundOllama::new))
                .map(found -> new OllamaServer(found, this, loadTimeout));
    }
}
