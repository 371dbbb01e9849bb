package dev.caravan.gateway.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.gateway.api.Draining;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.platform.Neighbours;
import dev.caravan.testkit.OwnEventLoops;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/** The way of the cluster page through the gateway, over real HTTP. */
class PageRouteTest {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static FakePage health;
    private static ConfigurableApplicationContext gateway;

    /** No @Configuration, which a test of the whole application would find by scanning. */
    @EnableAutoConfiguration
    @Import({
        ModelConfiguration.class,
        TransferConfiguration.class,
        OwnEventLoops.class,
        PageConfiguration.class,
        Draining.class
    })
    static class App {
        @Bean
        NewestView newestView() {
            return new NewestView();
        }

        @Bean
        OllamaBodyReader bodies() {
            return new OllamaBodyReader();
        }

        @Bean
        @Primary
        Neighbours neighboursOfTheTest() {
            return _ -> List.of();
        }
    }

    @BeforeAll
    static void start() {
        health = new FakePage();
        gateway = startGateway(health);
    }

    static ConfigurableApplicationContext startGateway(FakePage health) {
        return new SpringApplicationBuilder(App.class)
                .run(
                        "--spring.application.name=gateway-service",
                        "--server.port=0",
                        "--caravan.token=test-token",
                        "--eureka.client.enabled=false",
                        "--spring.web.resources.add-mappings=false",
                        "--spring.cloud.discovery.client.simple.instances.health-service[0].uri="
                                + health.address());
    }

    @BeforeEach
    void forget() {
        health.seen.clear();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        health.close();
    }

    @Test
    void passesThePageOnWithTheClustersTokenInsteadOfTheCallersCredentials() throws Exception {
        for (String path : List.of("/cluster/", "/cluster/page.js", "/cluster/icon.svg")) {
            var answer =
                    CLIENT.send(
                            request(gateway, path)
                                    .header("Authorization", "Bearer of-a-user")
                                    .header("Cookie", "session=1")
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("page " + path);
            assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
            assertThat(answer.headers().map().toString()).doesNotContain("test-token");
            assertThat(health.seen.getLast())
                    .isEqualTo(new FakePage.Seen("GET", path, "Bearer test-token", "null"));
        }
        assertThat(send("HEAD", "/cluster/").statusCode()).isEqualTo(200);
        assertThat(health.seen.getLast().method()).isEqualTo("HEAD");
    }

    @Test
    void leadsFromThePathWithoutItsSlashToThePage() throws Exception {
        for (String method : List.of("GET", "HEAD")) {
            var answer = send(method, "/cluster");

            assertThat(answer.statusCode()).isEqualTo(307);
            URI location = URI.create(answer.headers().firstValue("Location").orElseThrow());
            assertThat(uri(gateway, "/cluster").resolve(location).getPath()).isEqualTo("/cluster/");
        }
    }

    /** The token goes with a request, so no path may lead to another route of the service. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/cluster/../internal/v1/nodes",
                "/cluster/%2e%2e/internal/v1/nodes",
                "/cluster/..%2finternal%2fv1%2fnodes",
                "/cluster/%2e%2e%2finternal",
                "/cluster/;x/../internal/v1/nodes",
                "/cluster//internal/v1/nodes",
                "/cluster/events/more",
                "/cluster/..",
                "/cluster/.git",
            })
    void passesNothingElseOn(String path) throws Exception {
        assertThat(send("GET", path).statusCode()).isIn(400, 401, 404);
        assertThat(health.seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/cluster", "/cluster/", "/cluster/events"})
    void answersOnlyGetAndHead(String path) throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            var answer = send(method, path);
            assertThat(answer.statusCode()).as(method).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("HEAD, GET");
        }
        assertThat(health.seen).isEmpty();
    }

    @Test
    void passesEachEventOnAtOnceAndEndsTheStreamWhenTheBrowserLeaves() throws Exception {
        try (InputStream body = stream(gateway)) {
            var lines = new BufferedReader(new InputStreamReader(body, UTF_8));
            assertThat(lines.readLine()).isEqualTo("data: first");
            for (String event : List.of("second", "third")) {
                assertThat(lines.readLine()).isEmpty();
                health.events.tryEmitNext(event).orThrow();
                assertThat(soon(lines::readLine)).isEqualTo("data: " + event);
            }
            assertThat(health.streams).hasValue(1);
        }

        await().atMost(Duration.ofSeconds(10)).until(() -> health.streams.get() == 0);
    }

    private interface Reading {
        String line() throws IOException;
    }

    private static String soon(Reading reading) throws Exception {
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return reading.line();
                            } catch (IOException failed) {
                                throw new UncheckedIOException(failed);
                            }
                        })
                .get(5, TimeUnit.SECONDS);
    }

    static InputStream stream(ConfigurableApplicationContext context) throws Exception {
        HttpResponse<InputStream> answer =
                CLIENT.send(
                        request(context, "/cluster/events").build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/event-stream");
        return answer.body();
    }

    private static HttpResponse<String> send(String method, String path) throws Exception {
        return CLIENT.send(
                request(gateway, path).method(method, BodyPublishers.noBody()).build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(
            ConfigurableApplicationContext context, String path) {
        return HttpRequest.newBuilder(uri(context, path));
    }

    private static URI uri(ConfigurableApplicationContext context, String path) {
        return URI.create(
                "http://127.0.0.1:"
                        + context.getEnvironment().getRequiredProperty("local.server.port")
                        + path);
    }
}
