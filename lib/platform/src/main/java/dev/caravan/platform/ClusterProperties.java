package dev.caravan.platform;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What every service of a cluster is told.
 *
 * @param clusterId names the cluster; engines carry it in their environment
 * @param token the cluster's token itself; this or its file is required
 * @param tokenFile file with the cluster's token, one line; wins over the token itself
 * @param registry base URLs of the registry's instances
 * @param redis URL of Redis
 * @param readyFile written once all ports listen; see {@link ReadyFile}
 * @param dataDir folder for what must outlive the process
 */
@Validated
@ConfigurationProperties("caravan")
public record ClusterProperties(
        @DefaultValue("caravan") @NotBlank String clusterId,
        @Nullable Path tokenFile,
        @Nullable String token,
        @DefaultValue("http://127.0.0.1:8761") @NotEmpty List<URI> registry,
        @DefaultValue("redis://127.0.0.1:6379") URI redis,
        @Nullable Path readyFile,
        @DefaultValue(".caravan") Path dataDir) {

    public ClusterProperties {
        registry = List.copyOf(registry);
    }

    @Override
    public String toString() {
        return "ClusterProperties[clusterId=%s, registry=%s, redis=%s, dataDir=%s]"
                .formatted(clusterId, registry, redis, dataDir);
    }
}
