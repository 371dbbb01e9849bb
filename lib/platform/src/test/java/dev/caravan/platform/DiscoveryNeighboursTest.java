package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.support.GenericApplicationContext;

class DiscoveryNeighboursTest {

    private List<ServiceInstance> listed = List.of();

    private final DiscoveryNeighbours neighbours =
            new DiscoveryNeighbours(
                    () ->
                            new DiscoveryClient() {
                                @Override
                                public String description() {
                                    return "fake";
                                }

                                @Override
                                public List<ServiceInstance> getInstances(String service) {
                                    return service.equals("worker-agent") ? listed : List.of();
                                }

                                @Override
                                public List<String> getServices() {
                                    return List.of("worker-agent");
                                }
                            });

    @Test
    void knowsNobodyBeforeTheApplicationIsReady() {
        listed = List.of(instance(1));

        assertThat(neighbours.instances("worker-agent")).isEmpty();
    }

    @Test
    void namesEachInstanceOnce() {
        becomeReady();
        listed = List.of(instance(1), instance(2), instance(1));

        assertThat(neighbours.instances("worker-agent"))
                .containsExactly(
                        URI.create("http://127.0.0.1:1"), URI.create("http://127.0.0.1:2"));
        assertThat(neighbours.instances("scheduler-service")).isEmpty();
    }

    @Test
    void keepsTheLastOnesKnownWhenTheListIsSuddenlyEmpty() {
        becomeReady();
        listed = List.of(instance(1));
        neighbours.instances("worker-agent");

        listed = List.of();

        assertThat(neighbours.instances("worker-agent"))
                .containsExactly(URI.create("http://127.0.0.1:1"));
    }

    private void becomeReady() {
        neighbours.onApplicationEvent(
                new ApplicationReadyEvent(
                        new SpringApplication(),
                        new String[0],
                        new GenericApplicationContext(),
                        Duration.ZERO));
    }

    private static ServiceInstance instance(int port) {
        return new DefaultServiceInstance("id" + port, "worker-agent", "127.0.0.1", port, false);
    }
}
