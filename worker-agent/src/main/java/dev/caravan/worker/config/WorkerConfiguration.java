package dev.caravan.worker.config;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.platform.ClusterProperties;
import dev.caravan.platform.Neighbours;
import dev.caravan.platform.address.AdvertisedAddress;
import dev.caravan.worker.adapter.files.AgentIdFile;
import dev.caravan.worker.adapter.files.DesiredJsonFile;
import dev.caravan.worker.adapter.host.HostId;
import dev.caravan.worker.adapter.host.SampledMemory;
import dev.caravan.worker.adapter.link.LinkServer;
import dev.caravan.worker.adapter.llamacpp.LlamaCppEngines;
import dev.caravan.worker.adapter.neighbours.EventPusher;
import dev.caravan.worker.api.DesiredStateController;
import dev.caravan.worker.api.ReportController;
import dev.caravan.worker.api.RunController;
import dev.caravan.worker.api.SlotsController;
import dev.caravan.worker.api.SlowClients;
import dev.caravan.worker.app.desired.ReconcileLoop;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.group.SplitEngines;
import dev.caravan.worker.app.run.Runs;
import dev.caravan.worker.app.status.AgentIdentity;
import dev.caravan.worker.app.status.StatusBoard;
import dev.caravan.worker.app.store.ModelStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.cloud.netflix.eureka.EurekaInstanceConfigBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.scheduler.Schedulers;

/** The agent's parts; each knows only those it is given here. */
@Configuration(proxyBeanMethods = false)
class WorkerConfiguration {

    /** All changes of engines happen on this thread; it may block, event loops may not. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService control() {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("control").factory());
    }

    @Bean
    AgentIdentity identity(
            ClusterProperties cluster,
            WorkerProperties worker,
            SampledMemory memory,
            InstantSource clock,
            ObjectProvider<BuildProperties> build) {
        AgentId agent = AgentIdFile.readOrDraw(cluster.dataDir());
        return new AgentIdentity(
                agent,
                HostId.read(),
                Optional.ofNullable(build.getIfAvailable())
                        .map(BuildProperties::getVersion)
                        .orElse("unknown"),
                clock.instant(),
                worker.threads(),
                Optional.ofNullable(worker.memory())
                        .map(budget -> budget.toBytes())
                        .orElseGet(() -> memory.latest().total()));
    }

    @Bean
    SampledMemory memory() {
        SampledMemory memory = new SampledMemory();
        memory.sample(List.of());
        return memory;
    }

    @Bean
    EngineSupervisor supervisor(
            SplitEngines engines,
            AdoptedOllama ollama,
            ModelStore store,
            EventPusher events,
            @Qualifier("control") ScheduledExecutorService control,
            InstantSource clock,
            WorkerProperties worker) {
        return new EngineSupervisor(
                engines,
                ollama.engine(),
                store,
                events,
                control,
                clock,
                worker.slots(),
                worker.promptPatience());
    }

    @Bean(initMethod = "start")
    ReconcileLoop reconcileLoop(
            ClusterProperties cluster,
            EngineSupervisor supervisor,
            MemberSupervisor members,
            @Qualifier("control") ScheduledExecutorService control) {
        return new ReconcileLoop(
                new DesiredJsonFile(cluster.dataDir().resolve("desired.json")),
                supervisor,
                members,
                control);
    }

    @Bean
    StatusBoard statusBoard(
            EngineSupervisor supervisor,
            MemberSupervisor members,
            LlamaCppEngines engines,
            AdoptedOllama ollama,
            ModelStore store,
            SampledMemory memory,
            ReconcileLoop reconcile,
            AgentIdentity identity) {
        return new StatusBoard(
                supervisor,
                members,
                engines,
                ollama.engine(),
                store,
                memory,
                reconcile::version,
                identity.startedAt());
    }

    @Bean
    Reports reports(
            AgentIdentity identity,
            ObjectProvider<StatusBoard> board,
            AdvertisedAddress advertised) {
        return new Reports(identity, board, advertised);
    }

    @Bean
    EventPusher events(
            Neighbours neighbours, WebClient.Builder client, Reports reports, InstantSource clock) {
        return new EventPusher(neighbours, client.build(), reports, clock);
    }

    @Bean
    WorkerMetrics workerMetrics(
            MeterRegistry registry,
            AgentIdentity identity,
            ObjectProvider<StatusBoard> board,
            EngineSupervisor supervisor) {
        WorkerMetrics metrics = new WorkerMetrics(registry, identity.agent().value(), board);
        supervisor.changes().listen(metrics);
        return metrics;
    }

    @Bean
    Runs runs(EngineSupervisor supervisor, WorkerMetrics metrics) {
        return new Runs(supervisor, metrics::finished, Schedulers.parallel());
    }

    @Bean
    RunController runController(Runs runs, EngineSupervisor supervisor) {
        return new RunController(runs, supervisor);
    }

    @Bean
    SlotsController slotsController(EngineSupervisor supervisor, AgentIdentity identity) {
        return new SlotsController(supervisor, identity.agent().value());
    }

    @Bean
    DesiredStateController desiredStateController(
            ReconcileLoop reconcile, EngineSupervisor supervisor, WorkerProperties worker) {
        return new DesiredStateController(reconcile, supervisor, worker.defaultKeepAlive());
    }

    @Bean
    ReportController reportController(Reports reports) {
        return new ReportController(reports);
    }

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> slowClients(WorkerProperties worker) {
        return server ->
                server.addServerCustomizers(
                        http -> SlowClients.cutAfter(http, worker.clientPatience()));
    }

    /** Neighbours tell agents apart by their ids; an address may be another agent's tomorrow. */
    @Bean
    static BeanPostProcessor agentIdInTheRegistry(ObjectProvider<AgentIdentity> identity) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof EurekaInstanceConfigBean instance) {
                    instance.getMetadataMap().put("agent-id", identity.getObject().agent().value());
                }
                return bean;
            }
        };
    }

    @Bean
    WorkerLife workerLife(
            @Qualifier("control") ScheduledExecutorService control,
            EngineSupervisor supervisor,
            MemberSupervisor members,
            LinkServer links,
            LlamaCppEngines engines,
            AdoptedOllama ollama,
            SampledMemory memory,
            ModelStore store,
            EventPusher events,
            Runs runs,
            WorkerProperties worker,
            SlotsController slots,
            WorkerMetrics metrics,
            AgentIdentity identity) {
        return new WorkerLife(
                control,
                supervisor,
                members,
                links,
                engines,
                ollama,
                memory,
                store,
                events,
                runs,
                worker.drain(),
                slots,
                metrics,
                identity);
    }
}
