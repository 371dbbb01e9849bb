package dev.caravan.worker.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.worker.app.status.AgentIdentity;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.InetUtilsProperties;
import org.springframework.cloud.netflix.eureka.EurekaInstanceConfigBean;

class RegistryMetadataTest {

    @Test
    void tellsTheRegistryTheAgentsId() {
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        beans.addBean(
                "identity", new AgentIdentity(new AgentId("a1"), "host", "1", Instant.EPOCH, 1, 1));

        try (InetUtils network = new InetUtils(new InetUtilsProperties())) {
            EurekaInstanceConfigBean instance = new EurekaInstanceConfigBean(network);
            WorkerConfiguration.agentIdInTheRegistry(beans.getBeanProvider(AgentIdentity.class))
                    .postProcessBeforeInitialization(instance, "instance");

            assertThat(instance.getMetadataMap()).containsEntry("agent-id", "a1");
        }
    }
}
