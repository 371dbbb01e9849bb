package dev.caravan.worker.config;

import dev.caravan.platform.ClusterProperties;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.api.store.StoreRoutes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The model store and its routes. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    private static final Duration SCAN_EVERY = Duration.ofSeconds(2);

    @Bean(initMethod = "start", destroyMethod = "close")
    FolderModelStore modelStore(ClusterProperties cluster, WorkerProperties worker) {
        Path folder =
                Optional.ofNullable(worker.modelsDir())
                        .orElseGet(() -> cluster.dataDir().resolve("models"));
        return new FolderModelStore(folder.toAbsolutePath().normalize(), SCAN_EVERY);
    }

    @Bean
    RouterFunction<ServerResponse> storeRoutes(FolderModelStore store) {
        return new StoreRoutes(
                        store.blobs(), store, store.maker(), store.viewer(), store.policies())
                .routes();
    }
}
