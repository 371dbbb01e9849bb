package dev.caravan.worker.config;

import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.platform.ClusterProperties;
import dev.caravan.worker.adapter.llamacpp.LlamaCppEngines;
import dev.caravan.worker.adapter.llamacpp.LlamaQuantizer;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.StorePruning;
import dev.caravan.worker.api.store.StoreRoutes;
import dev.caravan.worker.app.store.JoinedMaker;
import dev.caravan.worker.app.store.JoinedModels;
import dev.caravan.worker.app.store.ModelMaker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The model store and its routes. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    private static final Duration SCAN_EVERY = Duration.ofSeconds(2);

    @Bean(initMethod = "start", destroyMethod = "close")
    FolderModelStore modelStore(
            ClusterProperties cluster, WorkerProperties worker, InstantSource clock) {
        Path root = folder(cluster, worker);
        if (worker.prune()) {
            new StorePruning(root, clock, worker.prunePartialsAfter()).run();
        }
        return new FolderModelStore(root, SCAN_EVERY, worker.prune());
    }

    static Path folder(ClusterProperties cluster, WorkerProperties worker) {
        return Optional.ofNullable(worker.modelsDir())
                .orElseGet(() -> cluster.dataDir().resolve("models"))
                .toAbsolutePath()
                .normalize();
    }

    @Bean
    @Primary
    JoinedModels models(FolderModelStore own, AdoptedOllama ollama) {
        ollama.follow(own);
        return new JoinedModels(own, own.viewer(), ollama.models());
    }

    @Bean
    LlamaQuantizer quantizer(
            LlamaCppEngines engines,
            ProcessLauncher launcher,
            ClusterProperties cluster,
            WorkerProperties worker) {
        return new LlamaQuantizer(
                engines, launcher, EngineConfiguration.folder(cluster), worker.threads());
    }

    @Bean
    RouterFunction<ServerResponse> storeRoutes(
            FolderModelStore own,
            JoinedModels models,
            AdoptedOllama ollama,
            LlamaQuantizer quantizer) {
        ModelMaker maker =
                new JoinedMaker(own.maker(quantizer), models, ollama.maker(own.files()::blob));
        return new StoreRoutes(own.blobs(), models, maker, models, own.policies()).routes();
    }
}
