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
 * @param authorities file with certificates, in PEM form, whose owners may vouch for a registry
 *     beside those that Java knows; unless given {@code SSL_CERT_FILE}, else the machine's own list
 */
@ConfigurationProperties("caravan.worker.registry")
public record RegistryProperties(
        @DefaultValue List<String> allowed,
        @DefaultValue("30s") Duration stall,
        @Nullable Path key,
        @Nullable Path authorities) {

    public RegistryProperties {
        allowed = List.copyOf(allowed);
        authorities = authorities == null || authorities.toString().isEmpty() ? null : authorities;
        if (stall.isNegative() || stall.isZero()) {
            throw new IllegalArgumentException("stall: " + stall + " (expected: > 0)");
        }
    }

    boolean allows(String host) {
        return allowed.isEmpty() || allowed.stream().anyMatch(host::equalsIgnoreCase);
    }
}
