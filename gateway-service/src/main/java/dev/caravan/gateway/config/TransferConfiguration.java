package dev.caravan.gateway.config;

import dev.caravan.gateway.adapter.catalogue.HttpAgentTransfers;
import dev.caravan.gateway.api.Draining;
import dev.caravan.gateway.api.TransferHandler;
import dev.caravan.gateway.api.TransferRoutes;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.AgentStores;
import dev.caravan.gateway.app.models.AgentSurvey;
import dev.caravan.gateway.app.models.AgentTransfers;
import dev.caravan.gateway.app.models.Catalogue;
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
    RouterFunction<ServerResponse> transferRoutes(
            OllamaBodyReader bodies,
            WebClient.Builder http,
            AgentStores stores,
            AgentSurvey survey,
            Catalogue catalogue,
            Views views,
            Draining draining) {
        AgentTransfers transfers = new HttpAgentTransfers(http.build(), DISK_PATIENCE);
        ModelSightings sightings = new ModelSightings(catalogue, views, VISIBLE_WITHIN);
        return new TransferRoutes(
                        new TransferHandler(
                                bodies,
                                new ModelTransfers(stores, transfers, survey, sightings, views),
                                new ModelNaming(stores, transfers, sightings, views),
                                draining))
                .routes();
    }
}
