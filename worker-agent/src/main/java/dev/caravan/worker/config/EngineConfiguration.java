package dev.caravan.worker.config;

import dev.caravan.engine.EngineFinder;
import dev.caravan.engine.EngineHome;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.source.ConfiguredFolder;
import dev.caravan.platform.ClusterProperties;
import dev.caravan.worker.adapter.llamacpp.LlamaCppEngines;
import dev.caravan.worker.adapter.ollama.OllamaLaunch;
import dev.caravan.worker.adapter.ollama.OllamaProperties;
import dev.caravan.worker.app.prompt.GoPromptTemplates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where engines come from and how they are started. */
@Configuration(proxyBeanMethods = false)
class EngineConfiguration {

    /** Opening it ends what an earlier agent on the same folder left behind. */
    @Bean(destroyMethod = "close")
    ProcessLauncher processLauncher(ClusterProperties cluster) throws IOException {
        return ProcessLauncher.open(folder(cluster));
    }

    @Bean
    LlamaCppEngines engines(
            ClusterProperties cluster, WorkerProperties worker, ProcessLauncher launcher) {
        EngineFinder finder = finder(worker);
        String variant = worker.engine().cpuVariant();
        return new LlamaCppEngines(
                () -> variant.isEmpty() ? finder.find() : finder.find(variant),
                finder::cpuVariants,
                launcher,
                folder(cluster),
                worker.threads(),
                worker.engine().compute(),
                worker.engineArguments(),
                cluster.clusterId(),
                worker.loadTimeout(),
                new GoPromptTemplates(Clock.systemDefaultZone()));
    }

    @Bean(initMethod = "start")
    AdoptedOllama adoptedOllama(
            OllamaProperties ollama,
            ClusterProperties cluster,
            WorkerProperties worker,
            ProcessLauncher launcher) {
        OllamaLaunch launch =
                new OllamaLaunch(
                        launcher,
                        folder(cluster),
                        cluster.clusterId(),
                        StoreConfiguration.folder(cluster, worker),
                        System.getenv());
        return new AdoptedOllama(ollama.server(worker.loadTimeout(), launch));
    }

    private static EngineFinder finder(WorkerProperties worker) {
        Map<String, String> environment = System.getenv();
        return EngineFinder.of(
                EngineHome.of(environment, Path.of(System.getProperty("user.home"))),
                Optional.ofNullable(worker.engineDir())
                        .or(
                                () ->
                                        Optional.ofNullable(
                                                        environment.get(ConfiguredFolder.VARIABLE))
                                                .filter(folder -> !folder.isBlank())
                                                .map(Path::of)),
                environment.getOrDefault("PATH", ""));
    }

    static Path folder(ClusterProperties cluster) {
        return cluster.dataDir().resolve("engines").toAbsolutePath().normalize();
    }
}
