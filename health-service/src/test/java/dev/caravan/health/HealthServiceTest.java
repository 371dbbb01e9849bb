package dev.caravan.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.caravan.platform.Neighbours;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.Keys;
import dev.caravan.wire.LeftOutMessage;
import dev.caravan.wire.NodesMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SightingMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "eureka.client.enabled=false")
class HealthServiceTest {

    private static final String TOKEN = "0123456789abcdef";

    /** Sooner than the service's own questions could tell: that takes more than 5 s. */
    private static final Duration ALONE = Duration.ofSeconds(4);

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final List<URI> LISTED = new CopyOnWriteArrayList<>();

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @LocalServerPort int port;
    @LocalManagementPort int managementPort;
    @Autowired ReactiveStringRedisTemplate redis;
    @Autowired ApplicationContext context;

    private FakeAgent first;
    private FakeAgent second;
    private FakeAgent third;

    @TestConfiguration
    static class Listing {

        @Bean
        Neighbours listedAgents() {
            return service -> service.equals("worker-agent") ? List.copyOf(LISTED) : List.of();
        }
    }

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) {
        registry.add("caravan.token", () -> TOKEN);
        registry.add("caravan.redis", REDIS::url);
    }

    @BeforeEach
    void startAgents() {
        String suffix = Long.toString(System.nanoTime());
        first = list(new FakeAgent("first" + suffix, 1000));
        second = list(new FakeAgent("second" + suffix, 1000));
        third = list(new FakeAgent("third" + suffix, 1000));
        await().untilAsserted(
                        () -> {
                            for (FakeAgent agent : List.of(first, second, third)) {
                                assertThat(verdict(agent)).contains("READY");
                            }
                        });
    }

    private static FakeAgent list(FakeAgent agent) {
        LISTED.add(agent.address());
        return agent;
    }

    @AfterEach
    void endAgents() {
        LISTED.clear();
        for (FakeAgent agent : List.of(first, second, third)) {
            agent.mute(false);
            tellStop(agent);
            agent.close();
        }
    }

    @Test
    void refusesEveryMappedRouteWithoutTheToken() throws Exception {
        List<String> mapped =
                context.getBeansOfType(RequestMappingHandlerMapping.class).values().stream()
                        .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                        .flatMap(info -> info.getDirectPaths().stream())
                        .toList();
        assertThat(mapped).contains(Routes.NODES, Routes.EVENTS, Routes.SIGHTINGS);

        for (String path : mapped) {
            for (String header : List.of("", "Bearer wrong")) {
                var request = HttpRequest.newBuilder(uri(path));
                if (!header.isEmpty()) {
                    request.header("Authorization", header);
                }
                int status =
                        HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode();
                assertThat(status).as("%s with '%s'", path, header).isEqualTo(401);
            }
        }
    }

    @Test
    void asksWithTheTokenOnlyForWhatIsNewAndWritesItDown() {
        await().until(() -> first.asked().stream().anyMatch(asked -> asked.endsWith("?since=1")));
        assertThat(first.authorizations()).containsOnly("Bearer " + TOKEN);
        await().untilAsserted(() -> assertThat(stored(first).report()).isEqualTo(first.report()));

        first.changes();

        await().untilAsserted(() -> assertThat(stored(first).report().sequence()).isEqualTo(2));
        assertThat(redis.getExpire(Keys.AGENT + first.report().agentId()).block())
                .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @Test
    void suspectsThenGivesUpASilentAgentAndNamesItsAddress() {
        first.mute(true);

        await().untilAsserted(() -> assertThat(verdict(first)).contains("SUSPECT"));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(verdict(first)).contains("DOWN"));
        assertThat(node(first).orElseThrow().reason())
                .contains(first.address() + ": no answer: ", "within 1500 ms")
                .doesNotContain("null");
        await().untilAsserted(() -> assertThat(stored(first).verdict()).isEqualTo("DOWN"));
        assertThat(verdict(second)).contains("READY");
        await().untilAsserted(
                        () ->
                                assertThat(metrics())
                                        .containsPattern(state(first, "down") + " 1")
                                        .containsPattern(state(first, "ready") + " 0")
                                        .containsPattern(state(second, "ready") + " 1")
                                        .contains("caravan_node_probe_seconds_bucket{")
                                        .containsPattern(
                                                "caravan_leader\\{[^}]*role=\"health\"[^}]*} 1")
                                        .containsPattern(
                                                "caravan_degraded_mode\\{[^}]*membership_frozen[^}]*} 0"));

        first.mute(false);

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(verdict(first)).contains("READY"));
    }

    @Test
    void givesUpAtOnceAnAgentThatIsGoneWhereAGatewayLostItToo() {
        var announced = new CopyOnWriteArrayList<String>();
        var listening =
                redis.listenToChannel(Keys.AGENT_CHANNEL)
                        .subscribe(message -> announced.add(message.getMessage()));
        await().during(Duration.ofMillis(200)).until(() -> true);
        third.close();
        long told = System.nanoTime();

        assertThat(sight(third, SightingMessage.Kind.BROKEN).statusCode()).isEqualTo(204);

        await().pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(stored(third).verdict()).isEqualTo("DOWN"));
        Duration took = Duration.ofNanos(System.nanoTime() - told);
        System.out.println("given up " + took.toMillis() + " ms after it was told");
        assertThat(took).isLessThan(ALONE);
        await().untilAsserted(() -> assertThat(announced).contains(third.report().agentId()));
        listening.dispose();
    }

    @Test
    void namesTheGatewayThatCannotReachAnAgentThatAnswers() {
        sight(second, SightingMessage.Kind.UNREACHABLE);

        await().untilAsserted(
                        () ->
                                assertThat(node(second).orElseThrow().reason())
                                        .contains(
                                                second.address().toString(),
                                                "gateway 10.0.0.7:11434 cannot reach it"));
        assertThat(verdict(second)).contains("READY");
        await().untilAsserted(
                        () ->
                                assertThat(metrics())
                                        .containsPattern(
                                                "caravan_partition_sightings_total\\{[^}]*"
                                                        + second.report().agentId()
                                                        + "[^}]*} 1"));
    }

    @Test
    void showsWhyTheSchedulerLeavesAnAgentOutOfPlans() {
        var message =
                new LeftOutMessage(
                        List.of(
                                new LeftOutMessage.Agent(
                                        first.report().agentId(), 1, "left out of plans of m")));
        redis.opsForValue()
                .set(Keys.LEFT_OUT, WireJson.mapper().writeValueAsString(message))
                .block();

        await().untilAsserted(
                        () ->
                                assertThat(node(first).orElseThrow().reason())
                                        .isEqualTo("left out of plans of m"));
        assertThat(verdict(first)).contains("READY");
        redis.delete(Keys.LEFT_OUT).block();
        await().untilAsserted(() -> assertThat(node(first).orElseThrow().reason()).isEmpty());
    }

    @Test
    void refusesASightingThatNamesNoAgent() {
        var response =
                post(Routes.SIGHTINGS, "{\"gateway\":\"g\",\"agentId\":\" \",\"address\":\"x\"}");

        assertThat(response.statusCode()).isEqualTo(400);
    }

    @Test
    void freezesMembershipWhenMostAgentsFallSilentTogether() {
        first.mute(true);
        second.mute(true);

        await().atMost(Duration.ofSeconds(15)).until(() -> nodes().frozen());
        assertThat(nodes().frozenReason()).contains("went silent together");
        await().during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(8))
                .until(() -> verdict(first).filter("DOWN"::equals).isEmpty());
        await().untilAsserted(
                        () ->
                                assertThat(metrics())
                                        .containsPattern(
                                                "caravan_degraded_mode\\{[^}]*membership_frozen[^}]*} 1"));

        first.mute(false);
        second.mute(false);

        await().atMost(Duration.ofSeconds(15)).until(() -> !nodes().frozen());
        await().untilAsserted(() -> assertThat(verdict(first)).contains("READY"));
    }

    @Test
    void keepsAskingAnAgentThatTheListDroppedButThatAnswers() {
        LISTED.remove(first.address());
        int before = first.asked().size();

        await().until(() -> first.asked().size() > before + 4);

        assertThat(verdict(first)).contains("READY");
    }

    @Test
    void givesUpAnAgentWhoseProcessIsGone() {
        first.close();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(verdict(first)).contains("DOWN"));
        assertThat(node(first).orElseThrow().reason()).contains("connection refused");
    }

    @Test
    void takesAnAgentsLastWordAtOnceThoughItStillAnswers() {
        assertThat(tellStop(first)).isEqualTo(204);

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(verdict(first)).contains("DOWN"));
        assertThat(stored(first).verdict()).isEqualTo("DOWN");
        await().during(Duration.ofSeconds(2))
                .until(() -> verdict(first).equals(Optional.of("DOWN")));
    }

    @Test
    void refusesASecondAddressUnderOneId() {
        var impostor = new FakeAgent(first.report().agentId(), 5000);
        try (impostor) {
            list(impostor);

            await().untilAsserted(
                            () ->
                                    assertThat(node(first).orElseThrow().reason())
                                            .contains(impostor.address().toString())
                                            .contains(first.address().toString()));
            assertThat(nodes().unused())
                    .extracting(NodesMessage.Unusable::address, NodesMessage.Unusable::verdict)
                    .contains(tuple(impostor.address().toString(), "DUPLICATE"));
            assertThat(node(first).orElseThrow().report().address())
                    .isEqualTo(first.address().toString());
        }
    }

    @Test
    void showsAListedAddressAtWhichNobodyAnswersAndWhy() {
        var gone = new FakeAgent("gone", 1000);
        gone.close();
        LISTED.add(gone.address());

        await().untilAsserted(
                        () ->
                                assertThat(nodes().unused())
                                        .anySatisfy(
                                                unusable -> {
                                                    assertThat(unusable.address())
                                                            .isEqualTo(gone.address().toString());
                                                    assertThat(unusable.verdict())
                                                            .isEqualTo("UNREACHABLE");
                                                    assertThat(unusable.reason())
                                                            .contains("connection refused");
                                                }));

        LISTED.remove(gone.address());
        await().untilAsserted(() -> assertThat(nodes().unused()).isEmpty());
    }

    @Test
    void showsAnAgentAsUnreachableThatMadeItselfKnownWithAWrongAddress() {
        var wrong = new FakeAgent("wrong" + System.nanoTime(), 1000);
        wrong.close();

        assertThat(tell(wrong, AgentEvent.Type.AGENT_STARTED)).isEqualTo(204);

        await().untilAsserted(
                        () -> {
                            AgentRecord node = node(wrong).orElseThrow();
                            assertThat(node.verdict()).isEqualTo("UNREACHABLE");
                            assertThat(node.reason())
                                    .contains(wrong.address() + ": connection refused");
                        });
        await().untilAsserted(() -> assertThat(stored(wrong).verdict()).isEqualTo("DOWN"));
        tellStop(wrong);
    }

    @Test
    void asksAnAgentAtOnceThatMakesItselfKnown() {
        try (var told = new FakeAgent("told" + System.nanoTime(), 1000)) {
            tell(told, AgentEvent.Type.AGENT_STARTED);

            await().untilAsserted(() -> assertThat(verdict(told)).contains("READY"));
            tellStop(told);
        }
    }

    @Test
    void goesOnWithoutRedisAndFillsItAgain() {
        REDIS.kill();
        try {
            first.changes();
            await().untilAsserted(
                            () ->
                                    assertThat(node(first).orElseThrow().report().sequence())
                                            .isEqualTo(2));
            await().untilAsserted(
                            () ->
                                    assertThat(metrics())
                                            .containsPattern(
                                                    "caravan_degraded_mode\\{[^}]*no_redis[^}]*} 1"));
            assertThat(verdict(first)).contains("READY");
        } finally {
            REDIS.restart();
        }

        await().ignoreExceptions()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(stored(first).report().sequence()).isEqualTo(2));
    }

    @Test
    void refusesAnEventThatIsNoEvent() {
        for (String body : List.of("{\"agentId\":", "{}", "[]")) {
            var answer = post(body);

            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(answer.body()).contains("INVALID_REQUEST");
        }
    }

    private static String state(FakeAgent agent, String state) {
        return "caravan_node_state\\{[^}]*node=\"%s\",state=\"%s\"[^}]*}"
                .formatted(agent.report().agentId(), state);
    }

    private int tellStop(FakeAgent agent) {
        return tell(agent, AgentEvent.Type.AGENT_STOPPING);
    }

    private int tell(FakeAgent agent, AgentEvent.Type type) {
        var report = agent.report();
        var event = new AgentEvent(report.agentId(), 0, type, report.agentId(), null, report);
        return post(WireJson.mapper().writeValueAsString(event)).statusCode();
    }

    private HttpResponse<String> sight(FakeAgent agent, SightingMessage.Kind kind) {
        var message =
                new SightingMessage(
                        "10.0.0.7:11434",
                        agent.report().agentId(),
                        agent.address().toString(),
                        kind);
        return post(Routes.SIGHTINGS, WireJson.mapper().writeValueAsString(message));
    }

    private HttpResponse<String> post(String body) {
        return post(Routes.EVENTS, body);
    }

    private HttpResponse<String> post(String route, String body) {
        return send(
                HttpRequest.newBuilder(uri(route))
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private Optional<String> verdict(FakeAgent agent) {
        return node(agent).map(AgentRecord::verdict);
    }

    private Optional<AgentRecord> node(FakeAgent agent) {
        return nodes().nodes().stream()
                .filter(record -> record.report().agentId().equals(agent.report().agentId()))
                .findFirst();
    }

    private NodesMessage nodes() {
        return WireJson.mapper()
                .readValue(
                        send(HttpRequest.newBuilder(uri(Routes.NODES))
                                        .header("Authorization", "Bearer " + TOKEN))
                                .body(),
                        NodesMessage.class);
    }

    private AgentRecord stored(FakeAgent agent) {
        String json =
                REDIS.get(Keys.AGENT + agent.report().agentId()).orElseThrow(AssertionError::new);
        return WireJson.mapper().readValue(json, AgentRecord.class);
    }

    private String metrics() {
        return send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + managementPort + "/actuator/prometheus")))
                .body();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
