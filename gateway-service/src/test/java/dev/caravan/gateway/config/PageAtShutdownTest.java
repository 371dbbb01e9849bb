package dev.caravan.gateway.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** Apart from {@link PageRouteTest}, whose gateway lives as long as its tests. */
class PageAtShutdownTest {

    @Test
    void aGatewayThatStopsDoesNotWaitForBrowsersThatLookOn() throws Exception {
        try (FakePage health = new FakePage()) {
            ConfigurableApplicationContext gateway = PageRouteTest.startGateway(health);
            try (InputStream body = PageRouteTest.stream(gateway)) {
                var lines = new BufferedReader(new InputStreamReader(body, UTF_8));
                assertThat(lines.readLine()).isEqualTo("data: first");
                long began = System.nanoTime();

                gateway.close();

                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .isLessThan(Duration.ofSeconds(15));
                await().until(() -> health.streams.get() == 0);
            }
        }
    }
}
