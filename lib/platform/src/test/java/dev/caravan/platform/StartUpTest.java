package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.platform.address.AdvertisedAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.core.env.Environment;

class StartUpTest {

    @TempDir Path folder;

    @Test
    void writesTheReadyFileWithBothPortsAndReplacesAnOldOne() throws Exception {
        Files.writeString(folder.resolve("ready.json"), "{\"port\":1}");

        try (var service = TestService.start(WebApplicationType.REACTIVE, folder)) {

            var ready = service.ready();
            assertThat(ready.get("service").asString()).isEqualTo("test-service");
            assertThat(ready.get("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
            assertThat(ready.get("port").asInt()).isPositive();
            assertThat(ready.get("managementPort").asInt())
                    .isPositive()
                    .isNotEqualTo(ready.get("port").asInt());
            assertThat(ready.get("startedAt").asLong()).isPositive();
            try (var files = Files.list(folder)) {
                assertThat(files).hasSize(1);
            }
        }
    }

    @Test
    void removesAnOldReadyFileEvenWhereTheStartFails() throws Exception {
        Path file = Files.writeString(folder.resolve("ready.json"), "{\"port\":1}");

        assertThatThrownBy(
                        () ->
                                TestService.start(
                                        WebApplicationType.REACTIVE,
                                        folder,
                                        "--server.address=192.0.2.1"))
                .isInstanceOf(Exception.class);

        assertThat(file).doesNotExist();
    }

    @Test
    void letsAServiceDifferFromTheDefaults() throws Exception {
        try (var service = TestService.start(WebApplicationType.REACTIVE, folder)) {
            Environment environment = service.context().getEnvironment();

            assertThat(environment.getProperty("spring.lifecycle.timeout-per-shutdown-phase"))
                    .isEqualTo("7s");
            assertThat(environment.getProperty("spring.data.redis.timeout")).isEqualTo("300ms");
            assertThat(service.context().getBean(ClusterProperties.class).dataDir())
                    .isEqualTo(Path.of(".caravan/test-service"));
        }
    }

    @Test
    void tellsEurekaOfEveryRegistry() throws Exception {
        try (var service =
                TestService.start(
                        WebApplicationType.REACTIVE,
                        folder,
                        "--caravan.registry=http://127.0.0.1:1,http://127.0.0.1:2/")) {

            assertThat(
                            service.context()
                                    .getEnvironment()
                                    .getProperty("eureka.client.service-url.defaultZone"))
                    .isEqualTo("http://127.0.0.1:1/eureka/,http://127.0.0.1:2/eureka/");
            assertThat(service.context().getBean(ClusterProperties.class).registry())
                    .containsExactly(
                            URI.create("http://127.0.0.1:1"), URI.create("http://127.0.0.1:2/"));
        }
    }

    @Test
    void listensAndMakesItselfKnownWhereTheWayToTheRegistryBegins() {
        try (var service = TestService.start(WebApplicationType.REACTIVE, folder)) {
            Environment environment = service.context().getEnvironment();

            assertThat(environment.getProperty("server.address")).isEqualTo("127.0.0.1");
            assertThat(environment.getProperty("management.server.address")).isEqualTo("127.0.0.1");
            assertThat(environment.getProperty("eureka.instance.ip-address"))
                    .isEqualTo("127.0.0.1");
            assertThat(service.context().getBean(AdvertisedAddress.class).reason())
                    .contains("on this host");
            assertThat(service.ready().get("host").asString()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void refusesAnInterfaceThatThisHostDoesNotHave() {
        assertThatThrownBy(
                        () ->
                                TestService.start(
                                        WebApplicationType.REACTIVE,
                                        folder,
                                        "--caravan.address.network-interface=nocard7"))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining("caravan.address.network-interface: nocard7")
                .hasMessageContaining("127.0.0.1");
    }

    @Test
    void refusesAnUnknownKeyAndNamesTheNearest() {
        assertThatThrownBy(
                        () ->
                                TestService.start(
                                        WebApplicationType.REACTIVE,
                                        folder,
                                        "--caravan.redy-file=somewhere"))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining("caravan.redy-file: unknown setting")
                .hasMessageContaining("caravan.ready-file");
    }

    @Test
    void startsAtOnceWhileRegistryAndRedisAreAway() {
        Instant before = Instant.now();

        try (var service =
                TestService.start(
                        WebApplicationType.REACTIVE,
                        folder,
                        "--eureka.client.enabled=true",
                        "--caravan.registry=http://127.0.0.1:1",
                        "--caravan.redis=redis://127.0.0.1:1")) {

            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(20));
            assertThat(service.context().getBean(Neighbours.class).instances("worker-agent"))
                    .isEmpty();
        }
    }

    @Test
    void findsNeighboursOfTheDiscoveryClient() {
        try (var service =
                TestService.start(
                        WebApplicationType.REACTIVE,
                        folder,
                        "--spring.cloud.discovery.client.simple.instances.worker-agent[0].uri=http://127.0.0.1:4711")) {

            assertThat(service.context().getBean(Neighbours.class).instances("worker-agent"))
                    .containsExactly(URI.create("http://127.0.0.1:4711"));
        }
    }
}
