package dev.caravan.worker.config;

import dev.caravan.core.model.ByteSize;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.platform.ClusterProperties;
import dev.caravan.platform.ClusterToken;
import dev.caravan.worker.adapter.link.HttpRpcLinks;
import dev.caravan.worker.adapter.link.LinkServer;
import dev.caravan.worker.adapter.llamacpp.LlamaCppEngines;
import dev.caravan.worker.adapter.llamacpp.LlamaRpcServers;
import dev.caravan.worker.adapter.neighbours.EventPusher;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.group.SplitEngines;
import dev.caravan.worker.app.status.AgentIdentity;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Models that are split over processes: RPC servers lent, links, heads. */
@Configuration(proxyBeanMethods = false)
class GroupConfiguration {

    @Bean
    MemberSupervisor members(
            LlamaCppEngines engines,
            ProcessLauncher launcher,
            ClusterProperties cluster,
            WorkerProperties worker,
            EventPusher events,
            @Qualifier("control") ScheduledExecutorService control,
            InstantSource clock) {
        return new MemberSupervisor(
                new LlamaRpcServers(
                        engines,
                        launcher,
                        EngineConfiguration.folder(cluster),
                        worker.threads(),
                        cluster.clusterId(),
                        new ByteSize(worker.tensorCache().toBytes())),
                events,
                control,
                clock,
                worker.rpcKeep());
    }

    @Bean
    HttpRpcLinks rpcLinks(ClusterToken token, AgentIdentity identity) {
        return new HttpRpcLinks(token, identity.agent());
    }

    @Bean
    SplitEngines splitEngines(
            LlamaCppEngines engines,
            MemberSupervisor members,
            HttpRpcLinks links,
            AgentIdentity identity,
            @Qualifier("control") ScheduledExecutorService control) {
        return new SplitEngines(engines, members, links, identity.agent(), control);
    }

    @Bean
    LinkServer linkServer(MemberSupervisor members, ClusterToken token) {
        return new LinkServer(members::claim, token);
    }

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> rpcLinkRequests(LinkServer links) {
        return server -> server.addServerCustomizers(links::on);
    }
}
