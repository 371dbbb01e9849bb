package dev.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.platform.Neighbours;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.Keys;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.cloud.netflix.eureka.server.EurekaServerAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class RegistryServiceTest {

    private static final String TOKEN = "0123456789abcdef";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** The service's client gives Redis 300 ms, and a busy machine may need more. */
    private static final int RETRIES = 10;

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @LocalServerPort int port;
    @LocalManagementPort int managementPort;
    @Autowired ReactiveStringRedisTemplate redis;
    @Autowired ApplicationContext context;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) {
        registry.add("caravan.token", () -> TOKEN);
        registry.add("caravan.redis", REDIS::url);
    }

    @Test
    void refusesEveryMappedRouteAndEurekaWithoutTheToken() throws Exception {
        List<String> mapped =
                context.getBeansOfType(RequestMappingHandlerMapping.class).values().stream()
                        .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                        .flatMap(info -> info.getPatternValues().stream())
                        .toList();
        assertThat(mapped).contains(Routes.CATALOGUE, Routes.EVENTS);

        for (String path :
                Stream.concat(
                                mapped.stream(),
                                Stream.of("/eureka/apps", "/eureka/peerreplication/batch", "/"))
                        .toList()) {
            for (String header : List.of("", "Bearer wrong")) {
                var request = HttpRequest.newBuilder(uri(path));
                if (!header.isEmpty()) {
                    request.header("Authorization", header);
                }
                assertThat(status(request)).as("%s with '%s'", path, header).isEqualTo(401);
            }
        }
        assertThat(get("/eureka/apps").statusCode()).isEqualTo(200);
    }

    @Test
    void listsItselfAndServicesThatRegister() {
        var service =
                new SpringApplicationBuilder(ListedService.class)
                        .web(WebApplicationType.SERVLET)
                        .run(
                                "--spring.config.name=none",
                                "--spring.config.import=classpath:caravan-defaults.yml",
                                "--spring.application.name=worker-agent",
                                // Only the server brings Jersey; other services have none.
                                "--eureka.client.jersey.enabled=false",
                                "--caravan.token=" + TOKEN,
                                "--caravan.redis=" + REDIS.url(),
                                "--caravan.registry=http://127.0.0.1:" + port);
        try (service) {
            var neighbours = service.getBean(Neighbours.class);

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> {
                                assertThat(neighbours.instances("registry-service"))
                                        .containsExactly(URI.create("http://127.0.0.1:" + port));
                                assertThat(neighbours.instances("worker-agent"))
                                        .containsExactly(
                                                URI.create(
                                                        "http://127.0.0.1:"
                                                                + service.getEnvironment()
                                                                        .getProperty(
                                                                                "local.server.port")));
                            });
            assertThat(get("/eureka/apps/REGISTRY-SERVICE").body())
                    .contains("<management-port>" + managementPort);
        }

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(get("/eureka/apps/WORKER-AGENT").statusCode())
                                        .isEqualTo(404));
    }

    @Test
    void answersWhatTheRecordsSayAndWritesItForOthers() {
        String digest = digest();
        var report = Reports.report("recorded", 1, Reports.model("recorded:latest", digest, 10));

        record(report, "READY");

        await().untilAsserted(
                        () -> assertThat(model(digest).holders()).containsExactly("recorded"));
        await().untilAsserted(() -> assertThat(stored(digest).name()).isEqualTo("recorded:latest"));

        REDIS.flush();

        await().untilAsserted(() -> assertThat(stored(digest).name()).isEqualTo("recorded:latest"));
        assertThat(model(digest).holders()).containsExactly("recorded");
    }

    @Test
    void dropsTheModelsOfAnAgentOnlyWhenItsRecordSaysDown() {
        String digest = digest();
        var report = Reports.report("leaving", 1, Reports.model("leaving:latest", digest, 10));
        record(report, "READY");
        await().until(() -> holds(digest));

        redis.delete(Keys.AGENT + "leaving").retry(RETRIES).block();
        record(Reports.report("another", 1), "READY");
        await().during(Duration.ofSeconds(2)).until(() -> holds(digest));
        record(report, "SUSPECT");
        await().during(Duration.ofSeconds(1)).until(() -> holds(digest));
        record(report, "DOWN");

        await().until(() -> !holds(digest));
        await().until(() -> REDIS.get(Keys.CATALOGUE + digest).isEmpty());
    }

    @Test
    void takesAnAgentsEventAtOnce() throws Exception {
        String digest = digest();

        assertThat(event("telling", 1, digest)).isEqualTo(204);

        assertThat(model(digest).holders()).containsExactly("telling");
    }

    @Test
    void refusesAnEventThatIsNoEvent() throws Exception {
        var answer =
                HTTP.send(
                        authorized(Routes.EVENTS)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"agentId\":"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("INVALID_REQUEST");
    }

    @Test
    void answersFromMemoryAndTakesEventsWhileRedisIsAway() throws Exception {
        String before = digest();
        String meanwhile = digest();
        event("steady", 1, before);

        REDIS.kill();
        try {
            assertThat(model(before).holders()).containsExactly("steady");
            assertThat(event("steady-too", 1, meanwhile)).isEqualTo(204);
            assertThat(model(meanwhile).holders()).containsExactly("steady-too");
            assertThat(get("/eureka/apps").statusCode()).isEqualTo(200);
        } finally {
            REDIS.restart();
        }

        await().ignoreExceptions()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(stored(meanwhile).digest()).isEqualTo(meanwhile));
    }

    @Test
    void saysWhichNodesAreUpAndThatItLeads() throws Exception {
        record(Reports.report("counted", 1), "READY");

        await().untilAsserted(
                        () ->
                                assertThat(metrics())
                                        .containsPattern(
                                                "caravan_node_up\\{[^}]*node=\"counted\"[^}]*} 1")
                                        .containsPattern(
                                                "caravan_leader\\{[^}]*role=\"registry\"[^}]*} 1")
                                        .containsPattern("caravan_redis_up\\{[^}]*} 1")
                                        .contains("caravan_build_info{"));

        record(Reports.report("counted", 1), "DOWN");

        await().untilAsserted(
                        () ->
                                assertThat(metrics())
                                        .containsPattern(
                                                "caravan_node_up\\{[^}]*node=\"counted\"[^}]*} 0"));
    }

    private String metrics() throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + managementPort
                                                        + "/actuator/prometheus"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String digest() {
        return UUID.randomUUID().toString().replace("-", "").repeat(2);
    }

    private void record(AgentReport report, String verdict) {
        var record = new AgentRecord(report, verdict, "", 0);
        redis.opsForValue()
                .set(Keys.AGENT + report.agentId(), WireJson.mapper().writeValueAsString(record))
                .then(redis.opsForSet().add(Keys.AGENTS, report.agentId()))
                .then(redis.convertAndSend(Keys.AGENT_CHANNEL, report.agentId()))
                .retry(RETRIES)
                .block();
    }

    private int event(String agent, long sequence, String digest) throws Exception {
        var report = Reports.report(agent, sequence, Reports.model(agent + ":latest", digest, 10));
        var event =
                new AgentEvent(
                        agent, 0, AgentEvent.Type.STORE_CHANGED, agent + ":latest", null, report);
        return status(
                authorized(Routes.EVENTS)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        WireJson.mapper().writeValueAsString(event))));
    }

    private boolean holds(String digest) {
        return models().stream().anyMatch(model -> model.digest().equals(digest));
    }

    private CatalogueMessage.Model model(String digest) {
        return models().stream()
                .filter(model -> model.digest().equals(digest))
                .findFirst()
                .orElseThrow(() -> new AssertionError(digest + " is not in the catalogue"));
    }

    private List<CatalogueMessage.Model> models() {
        return WireJson.mapper()
                .readValue(get(Routes.CATALOGUE).body(), CatalogueMessage.class)
                .models();
    }

    private CatalogueMessage.Model stored(String digest) {
        String json = REDIS.get(Keys.CATALOGUE + digest).orElseThrow(AssertionError::new);
        assertThat(REDIS.has(Keys.CATALOGUE_DIGESTS, digest)).isTrue();
        return WireJson.mapper().readValue(json, CatalogueMessage.Model.class);
    }

    private HttpResponse<String> get(String path) {
        try {
            return HTTP.send(authorized(path).build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private HttpRequest.Builder authorized(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + TOKEN);
    }

    private static int status(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @EnableAutoConfiguration(exclude = {EurekaServerAutoConfiguration.class})
    static class ListedService {

        /** Some services look for neighbours before they have a port. */
        @Bean
        InitializingBean eagerUser(Neighbours neighbours) {
            return () -> neighbours.instances("registry-service");
        }
    }
}
