package dev.caravan.gateway.config;

import dev.caravan.gateway.adapter.catalogue.HttpAgentTransfers;
import dev.caravan.gateway.api.Draining;
import dev.caravan.gateway.api.TransferHandler;
import dev.caravan.gateway.api.TransferRoutes;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.AgentStores;
import dev.caravan.gateway.app.models.AgentSurvey;
import dev.caravan.gateway.app.models.AgentTransfers;
import dev.caravan.gateway.app.models.BlobUploads;
import dev.caravan.gateway.app.models.Catalogue;
import dev.caravan.gateway.app.models.CreateSources;
import dev.caravan.gateway.app.models.FormerCopies;
import dev.caravan.gateway.app.models.ModelCreation;
import dev.caravan.gateway.app.models.ModelNaming;
import dev.caravan.gateway.app.models.ModelSightings;
import dev.caravan.gateway.app.models.ModelTransfers;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** How models come into the cluster, leave it and are renamed in it. */
@Configuration(proxyBeanMethods = false)
class TransferConfiguration {

    /** For answers that an agent gives after changes of its disk. */
    private static final Duration DISK_PATIENCE = Duration.ofSeconds(30);

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);

    @Bean
    AgentTransfers agentTransfers(WebClient.Builder http) {
        return new HttpAgentTransfers(http.build(), DISK_PATIENCE);
    }

    @Bean
    ModelSightings modelSightings(Catalogue catalogue, Views views) {
        return new ModelSightings(catalogue, views, VISIBLE_WITHIN);
    }

    @Bean
    FormerCopies formerCopies(AgentStores stores, AgentTransfers transfers, Views views) {
        return new FormerCopies(stores, transfers, views);
    }

    @Bean
    ModelTransfers modelTransfers(
            AgentStores stores,
            AgentTransfers transfers,
            AgentSurvey survey,
            FormerCopies former,
            ModelSightings sightings,
            Views views) {
        return new ModelTransfers(stores, transfers, survey, former, sightings, views);
    }

    @Bean
    ModelCreation modelCreation(
            AgentStores stores,
            BlobUploads blobs,
            AgentTransfers transfers,
            ModelTransfers pulls,
            FormerCopies former,
            ModelSightings sightings,
            Views views) {
        return new ModelCreation(
                stores,
                new CreateSources(stores, blobs, transfers, pulls, views),
                former,
                sightings);
    }

    @Bean
    RouterFunction<ServerResponse> transferRoutes(
            OllamaBodyReader bodies,
            AgentStores stores,
            AgentTransfers transfers,
            ModelTransfers pulls,
            FormerCopies former,
            ModelSightings sightings,
            Views views,
            Draining draining) {
        return new TransferRoutes(
                        new TransferHandler(
                                bodies,
                                pulls,
                                new ModelNaming(stores, transfers, former, sightings, views),
                                draining))
                .routes();
    }
}
