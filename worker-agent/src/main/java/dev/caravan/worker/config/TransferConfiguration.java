package dev.caravan.worker.config;

import dev.caravan.platform.ClusterProperties;
import dev.caravan.worker.adapter.oci.OciRegistries;
import dev.caravan.worker.adapter.oci.RegistryProperties;
import dev.caravan.worker.adapter.oci.SigningKeyFile;
import dev.caravan.worker.adapter.peer.HttpPeers;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.PartPlan;
import dev.caravan.worker.api.store.TransferRoutes;
import dev.caravan.worker.app.status.AgentIdentity;
import dev.caravan.worker.app.store.JoinedNames;
import dev.caravan.worker.app.transfer.ModelSources;
import dev.caravan.worker.app.transfer.Pushes;
import dev.caravan.worker.app.transfer.TransferLimits;
import dev.caravan.worker.app.transfer.Transfers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** How models come into this agent's store and leave it. */
@Configuration(proxyBeanMethods = false)
class TransferConfiguration {

    @Bean
    OciRegistries registries(
            RegistryProperties properties,
            ClusterProperties cluster,
            AgentIdentity identity,
            InstantSource clock) {
        return new OciRegistries(
                properties,
                new SigningKeyFile(key(properties, cluster)),
                identity.version(),
                clock);
    }

    /** A user's own Ollama has made its key known where it may push. */
    private static Path key(RegistryProperties properties, ClusterProperties cluster) {
        Path ollama = Path.of(System.getProperty("user.home"), ".ollama", "id_ed25519");
        return Optional.ofNullable(properties.key())
                .orElseGet(
                        () ->
                                Files.isReadable(ollama)
                                        ? ollama
                                        : cluster.dataDir().resolve("id_ed25519"));
    }

    @Bean
    Transfers transfers(
            FolderModelStore own,
            OciRegistries registries,
            WebClient.Builder http,
            RegistryProperties properties) {
        FolderModelStore.Arrivals arrivals = own.arrivals(PartPlan.OLLAMA);
        return new Transfers(
                own,
                new ModelSources(registries, new HttpPeers(http.build())),
                arrivals.intake(),
                arrivals.partials(),
                TransferLimits.DEFAULT.withStall(properties.stall()));
    }

    @Bean
    RouterFunction<ServerResponse> transferRoutes(
            FolderModelStore own,
            AdoptedOllama ollama,
            Transfers transfers,
            OciRegistries registries) {
        return new TransferRoutes(
                        own.files(),
                        new JoinedNames(own.names(), ollama.names()),
                        transfers,
                        new Pushes(own.files(), registries))
                .routes();
    }
}
