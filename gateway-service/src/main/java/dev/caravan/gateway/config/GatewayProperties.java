package dev.caravan.gateway.config;

import dev.caravan.core.run.KeepAlive;
import dev.caravan.gateway.api.OriginRules;
import dev.caravan.gateway.dialect.ollama.KeepAliveReader;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How the gateway treats requests.
 *
 * @param contextLength tokens of context where a request does not ask for any (Ollama's
 *     OLLAMA_CONTEXT_LENGTH)
 * @param keepAlive how long a model stays after its last request where a request that loads it does
 *     not say; Ollama's forms, negative is for ever, blank leaves it to the agents (Ollama's
 *     OLLAMA_KEEP_ALIVE)
 * @param coldWait how long a request may wait for a load before it is told 503
 * @param silence the longest time that an agent may say nothing while it answers, at least 3 s; it
 *     says something each second, whatever its engine does
 * @param drain how long answers may go on when the gateway is to end; 0: not at all
 * @param retries other replicas one request may try before its first byte, and in a row to continue
 *     it
 * @param continuation whether an answer goes on elsewhere when its replica is lost; else it ends
 *     with an error
 * @param maxBody largest body that is read
 * @param origins pages that may call beside those of this machine, such as {@code
 *     https://chat.example:8080}; one {@code *} in it is any text, alone it is every page (Ollama's
 *     OLLAMA_ORIGINS)
 * @param allBodies bytes of all bodies that are being read at once; requests wait for room, at most
 *     30 s
 * @param heartbeat how often a streamed answer that is waited for says something; 0: never, since
 *     it commits the answer to status 200
 */
@Validated
@ConfigurationProperties("caravan.gateway")
public record GatewayProperties(
        @DefaultValue("4096") @Min(1) int contextLength,
        @DefaultValue("") String keepAlive,
        @DefaultValue("5m") Duration coldWait,
        @DefaultValue("5s") Duration silence,
        @DefaultValue("30s") Duration drain,
        @DefaultValue("6") @Min(0) @Max(100) int retries,
        @DefaultValue("true") boolean continuation,
        @DefaultValue("64MB") DataSize maxBody,
        @DefaultValue List<String> origins,
        @DefaultValue("96MB") DataSize allBodies,
        @DefaultValue("0s") Duration heartbeat,
        @DefaultValue @Valid Admission admission) {

    /**
     * @param maxInFlight requests that hold a slot at once, over all models
     * @param maxQueued requests that may wait beside them (Ollama's OLLAMA_MAX_QUEUE)
     */
    public record Admission(
            @DefaultValue("1024") @Min(1) int maxInFlight,
            @DefaultValue("512") @Min(0) int maxQueued) {}

    /** An agent's first sign comes after 2 s. */
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(3);

    public GatewayProperties {
        origins = List.copyOf(origins);
        positive("cold-wait", coldWait);
        if (silence.compareTo(LEAST_SILENCE) < 0) {
            throw new IllegalArgumentException(
                    "caravan.gateway.silence: %s (expected: >= %s)"
                            .formatted(silence, LEAST_SILENCE));
        }
        if (drain.isNegative()) {
            throw new IllegalArgumentException(
                    "caravan.gateway.drain: %s (expected: >= 0)".formatted(drain));
        }
        OriginRules.check(origins);
        if (maxBody.toBytes() < 1 || maxBody.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "caravan.gateway.max-body: %s (expected: 1 byte to 2047 MB)"
                            .formatted(maxBody));
        }
        if (allBodies.toBytes() < 1 || heartbeat.isNegative()) {
            throw new IllegalArgumentException(
                    "caravan.gateway.all-bodies: %s, heartbeat: %s (expected: at least 1 byte, and not negative)"
                            .formatted(allBodies, heartbeat));
        }
    }

    /** Of a load that does not say. */
    public KeepAlive loadKeepAlive() {
        return KeepAliveReader.parse(keepAlive);
    }

    private static void positive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(
                    "caravan.gateway.%s: %s (expected: > 0)".formatted(key, value));
        }
    }
}
