package dev.caravan.worker.adapter.oci;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where models may be pulled from and pushed to.
 *
 * @param allowed registries by their host, with a port where it is not the usual one; none: all
 * @param stall longest time without a byte before a part of a model is asked for again
 * @param key file with the Ed25519 key, in OpenSSH's form, that the agent shows to registries;
 *     unless given, {@code ~/.ollama/id_ed25519} where it is there, else one of the agent's own
 */
@ConfigurationProperties("caravan.worker.registry")
public record RegistryProperties(
        @DefaultValue List<String> allowed,
        @DefaultValue("30s") Duration stall,
        @Nullable Path key) {

    public RegistryProperties {
        allowed = List.copyOf(allowed);
        if (stall.isNegative() || stall.isZero()) {
            throw new IllegalArgumentException("stall: " + stall + " (expected: > 0)");
        }
    }

    boolean allows(String host) {
        return allowed.isEmpty() || allowed.stream().anyMatch(host::equalsIgnoreCase);
    }
}
