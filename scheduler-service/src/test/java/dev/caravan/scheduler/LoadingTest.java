package dev.caravan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.cluster.Version;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Keys;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

/** One scheduler that leads, agents over real HTTP, a real Redis. */
class LoadingTest {

    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static RunningScheduler scheduler;

    private final List<FakeAgent> agents = new ArrayList<>();

    @BeforeAll
    static void start() {
        scheduler = RunningScheduler.start(REDIS.url(), folder);
        await().until(LoadingTest::leads);
    }

    /** Before it leads every demand is refused. */
    private static boolean leads() {
        try (var stranger = new FakeAgent(1)) {
            return scheduler.askFor(stranger, 0, WAIT_MILLIS).join().statusCode() == 200;
        }
    }

    @AfterAll
    static void stop() {
        scheduler.close();
    }

    @AfterEach
    void stopAgents() {
        for (FakeAgent agent : agents) {
            scheduler.hears(agent, AgentEvent.Type.AGENT_STOPPING, agent.id());
            agent.close();
        }
    }

    private FakeAgent agent(long mebibytes) {
        FakeAgent agent = new FakeAgent(mebibytes);
        agents.add(agent);
        scheduler.hears(agent, AgentEvent.Type.AGENT_STARTED, agent.id());
        return agent;
    }

    private FakeAgent agentThatWasTold(int times) {
        FakeAgent agent = agents.getLast();
        await().until(() -> agent.accepted().size() >= times);
        return agent;
    }

    @Test
    void answersTwoHundredConcurrentDemandsWithOneEngine() {
        FakeAgent agent = agent(8192);

        List<CompletableFuture<LoadAnswer>> answers = new ArrayList<>();
        for (int demand = 0; demand < 200; demand++) {
            answers.add(scheduler.load(agent, 4096, WAIT_MILLIS));
        }
        agentThatWasTold(1);
        String replica = agent.becomesReady();
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, replica);

        assertThat(answers)
                .extracting(CompletableFuture::join)
                .allSatisfy(
                        answer -> {
                            assertThat(answer.state()).isEqualTo(LoadAnswer.State.READY);
                            assertThat(answer.replica())
                                    .extracting(ClusterViewMessage.Replica::replicaId)
                                    .isEqualTo(replica);
                            assertThat(answer.agent())
                                    .extracting(ClusterViewMessage.Agent::address)
                                    .isEqualTo(agent.address());
                        });
        assertThat(agent.accepted()).hasSize(1);
        DesiredEngines.Engine engine = agent.accepted().getFirst().engines().getFirst();
        assertThat(engine.slots()).isZero();
        assertThat(engine.contextLength()).isEqualTo(4096);
        assertThat(engine.continuation()).isEqualTo("exact");
    }

    @Test
    void asksTheAgentOfAReplicaThatFailedAGatewayAndLoadsAnew() {
        FakeAgent agent = agent(8192);
        var first = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);
        String dead = agent.becomesReady();
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, dead);
        first.join();
        agent.crashes(137, "killed, and nobody tells");
        long asked = System.nanoTime();

        var second = scheduler.loadBut(agent, dead, WAIT_MILLIS);
        agentThatWasTold(2);
        Duration took = Duration.ofNanos(System.nanoTime() - asked);
        String fresh = agent.becomesReady();
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, fresh);

        assertThat(fresh).isNotEqualTo(dead);
        assertThat(second.join().replica())
                .extracting(ClusterViewMessage.Replica::replicaId)
                .isEqualTo(fresh);
        assertThat(took).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void isPendingWhileTheLoadTakesLongerThanTheAskerWaits() {
        FakeAgent agent = agent(8192);

        LoadAnswer answer = scheduler.load(agent, 4096, 50).join();

        assertThat(answer.state()).isEqualTo(LoadAnswer.State.PENDING);
    }

    @Test
    void tellsExitCodeAndLastLinesOfAnEngineThatDoesNotStart() {
        FakeAgent agent = agent(8192);
        var answer = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);

        String replica = agent.crashes(134, "unknown architecture");
        scheduler.hears(agent, AgentEvent.Type.REPLICA_FAILED, replica);

        assertThat(answer.join().code()).isEqualTo("LOAD_FAILED");
        assertThat(answer.join().error()).contains("exit code 134", "unknown architecture");
        agentThatWasTold(2);
        assertThat(agent.accepted().getLast().engines()).isEmpty();
    }

    @Test
    void saysHowManyBytesAreMissing() {
        FakeAgent agent = agent(400);

        LoadAnswer answer = scheduler.load(agent, 4096, WAIT_MILLIS).join();

        assertThat(answer.state()).isEqualTo(LoadAnswer.State.FAILED);
        assertThat(answer.code()).isEqualTo("NO_CAPACITY");
        assertThat(answer.error()).contains("100.0 MiB (104857600 bytes) are missing");
        assertThat(agent.accepted()).isEmpty();
    }

    @Test
    void doesNotHangOnAnAgentThatTheHealthServiceCallsDown() {
        FakeAgent agent = agent(8192);
        var answer = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);

        writes(agent, "DOWN");

        assertThat(answer.join().code()).isEqualTo("NO_CAPACITY");
        assertThat(answer.join().error()).contains("down: " + agent.id());
    }

    @Test
    void learnsOfReadyReplicasFromTheHealthServiceToo() {
        FakeAgent agent = agent(8192);
        var answer = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);
        agent.becomesReady();

        writes(agent, "READY");

        assertThat(answer.join().state()).isEqualTo(LoadAnswer.State.READY);
    }

    private static void writes(FakeAgent agent, String verdict) {
        var redis = scheduler.context().getBean(ReactiveStringRedisTemplate.class);
        String json = WireJson.mapper().writeValueAsString(agent.record(verdict));
        redis.opsForValue()
                .set(Keys.AGENT + agent.id(), json)
                .then(redis.opsForSet().add(Keys.AGENTS, agent.id()))
                .then(redis.convertAndSend(Keys.AGENT_CHANNEL, agent.id()))
                .block();
    }

    @Test
    void endsAReplicaWhoseKeepAliveIsOver() {
        FakeAgent agent = agent(8192);
        var answer = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);
        String replica = agent.becomesReady();
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, replica);
        answer.join();

        scheduler.hears(agent, AgentEvent.Type.REPLICA_EXPIRED, replica);

        agentThatWasTold(2);
        assertThat(agent.accepted().getLast().engines()).isEmpty();
    }

    @Test
    void unloadsAModel() {
        FakeAgent agent = agent(8192);
        var answer = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, agent.becomesReady());
        answer.join();

        scheduler.unload(agent);

        agentThatWasTold(2);
        assertThat(agent.accepted().getLast().engines()).isEmpty();
    }

    @Test
    void goesAboveAHigherVersionThatAnAgentHolds() {
        FakeAgent agent = agent(8192);
        long ahead = System.currentTimeMillis() + 3_600_000;
        agent.holdsSecretly(new Version(ahead, 7));

        var answer = scheduler.load(agent, 4096, WAIT_MILLIS);
        agentThatWasTold(1);
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, agent.becomesReady());

        assertThat(agent.accepted().getFirst().epoch()).isGreaterThan(ahead);
        assertThat(answer.join().state()).isEqualTo(LoadAnswer.State.READY);
    }

    @Test
    void namesTheValueThatIsWrong() {
        assertThat(scheduler.post(Routes.LOADS, "{\"model\":\"m\",\"digest\":\"xyz\"}").join())
                .satisfies(
                        response -> {
                            assertThat(response.statusCode()).isEqualTo(400);
                            assertThat(response.body())
                                    .contains("INVALID_REQUEST", "xyz", "64 lower-case hex");
                        });
        assertThat(scheduler.post(Routes.LOADS, "{\"model\":").join().statusCode()).isEqualTo(400);
    }

    @Test
    void refusesAReportThatDecisionsCannotRestOnAndGoesOn() {
        FakeAgent agent = agent(8192);
        String event =
                WireJson.mapper()
                        .writeValueAsString(agent.event(AgentEvent.Type.STORE_CHANGED, agent.id()))
                        .replace("\"layers\":2", "\"layers\":0");

        assertThat(scheduler.post(Routes.EVENTS, event).join())
                .satisfies(
                        response -> {
                            assertThat(response.statusCode()).isEqualTo(400);
                            assertThat(response.body()).contains("layers: 0 (expected: >= 1)");
                        });
        assertThat(scheduler.load(agent, 4096, 50).join().state())
                .isEqualTo(LoadAnswer.State.PENDING);
    }

    @Test
    void showsItsMetrics() {
        FakeAgent agent = agent(8192);
        scheduler.load(agent, 4096, 50).join();
        MeterRegistry meters = scheduler.context().getBean(MeterRegistry.class);

        await().untilAsserted(
                        () ->
                                assertThat(
                                                meters.get("caravan.model.replicas")
                                                        .tags("model", agent.model())
                                                        .tags("state", "desired")
                                                        .gauge()
                                                        .value())
                                        .isEqualTo(1));
        assertThat(
                        meters.get("caravan.routing.decision")
                                .tag("policy", "first_fit")
                                .timer()
                                .count())
                .isPositive();
        assertThat(meters.get("caravan.leader").tag("role", "scheduler").gauge().value())
                .isEqualTo(1);
    }

    @Test
    void guardsEveryRoute() throws Exception {
        Map<RequestMappingInfo, ?> mappings =
                scheduler
                        .context()
                        .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                        .getHandlerMethods();

        for (RequestMappingInfo mapping : mappings.keySet()) {
            for (var pattern : mapping.getPatternsCondition().getPatterns()) {
                String path = pattern.getPatternString();
                for (var method : mapping.getMethodsCondition().getMethods()) {
                    assertThat(scheduler.send(path, method.name()).statusCode())
                            .as(path)
                            .isEqualTo(401);
                    assertThat(
                                    scheduler
                                            .send(
                                                    path,
                                                    method.name(),
                                                    "Authorization",
                                                    "Bearer wrong")
                                            .statusCode())
                            .as(path)
                            .isEqualTo(401);
                }
            }
        }
        assertThat(mappings).hasSizeGreaterThanOrEqualTo(3);
    }
}
