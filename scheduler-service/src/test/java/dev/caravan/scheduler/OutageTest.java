package dev.caravan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.Keys;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.WireJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

/** What holds while a scheduler or Redis is away, and after. */
class OutageTest {

    private static final Duration CONVERGENCE = Duration.ofSeconds(20);

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir Path folder;

    @Test
    void aNewSchedulerTakesOnWhatRunsAndAnEmptyRedisIsFilledAgain() {
        try (var agent = new FakeAgent(8192)) {
            String replica;
            try (var first = start(agent)) {
                replica = loadOn(first, agent);
            }
            REDIS.flush();
            try (var second = start(agent)) {
                LoadAnswer answer = ready(second, agent);
                assertThat(answer.replica())
                        .extracting(ClusterViewMessage.Replica::replicaId)
                        .isEqualTo(replica);
                assertThat(agent.accepted()).hasSize(1);
                ClusterViewMessage before = awaitView(second, replica);

                REDIS.flush();

                ClusterViewMessage after = awaitView(second, replica);
                assertThat(after.epoch()).isGreaterThanOrEqualTo(before.epoch());
                assertThat(agent.accepted()).hasSize(1);
            }
        }
    }

    @Test
    void onlyTheLeaderAnswersAndItStopsWhenRedisIsAway() {
        try (var agent = new FakeAgent(8192);
                var leader = start(agent)) {
            loadOn(leader, agent);
            try (var second = start(agent)) {
                assertThat(second.askFor(agent, 4096, 5_000).join())
                        .satisfies(
                                response -> {
                                    assertThat(response.statusCode()).isEqualTo(503);
                                    assertThat(response.body())
                                            .contains("NO_CAPACITY", "not the leader");
                                });
            }

            REDIS.kill();
            await().atMost(CONVERGENCE)
                    .until(() -> leader.askFor(agent, 4096, 5_000).join().statusCode() == 503);
            REDIS.restart();

            ready(leader, agent);
            assertThat(agent.accepted()).hasSize(1);
        }
    }

    @Test
    void startsWhileRedisIsAwayAndLeadsWhenItComes() {
        REDIS.kill();
        try (var agent = new FakeAgent(8192);
                var scheduler = start(agent)) {
            assertThat(scheduler.askFor(agent, 4096, 1_000).join().statusCode()).isEqualTo(503);

            REDIS.restart();

            loadOn(scheduler, agent);
            assertThat(agent.accepted()).hasSize(1);
        }
    }

    private RunningScheduler start(FakeAgent agent) {
        return RunningScheduler.start(
                REDIS.url(),
                folder,
                "--spring.cloud.discovery.client.simple.instances.worker-agent[0].uri="
                        + agent.address());
    }

    /** Loads the agent's model; the replica's id. */
    private static String loadOn(RunningScheduler scheduler, FakeAgent agent) {
        await().atMost(CONVERGENCE)
                .until(
                        () -> {
                            scheduler.askFor(agent, 4096, 100).join();
                            return !agent.accepted().isEmpty();
                        });
        String replica = agent.becomesReady();
        scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, replica);
        ready(scheduler, agent);
        return replica;
    }

    private static LoadAnswer ready(RunningScheduler scheduler, FakeAgent agent) {
        return await().atMost(CONVERGENCE)
                .until(
                        () ->
                                Optional.of(scheduler.askFor(agent, 4096, 1_000).join())
                                        .filter(response -> response.statusCode() == 200)
                                        .map(RunningScheduler::answer)
                                        .filter(answer -> answer.state() == LoadAnswer.State.READY),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static ClusterViewMessage awaitView(RunningScheduler scheduler, String replica) {
        var redis = scheduler.context().getBean(ReactiveStringRedisTemplate.class);
        return await().atMost(CONVERGENCE)
                .until(
                        () ->
                                redis.opsForValue()
                                        .get(Keys.VIEW)
                                        .map(
                                                json ->
                                                        WireJson.mapper()
                                                                .readValue(
                                                                        json,
                                                                        ClusterViewMessage.class))
                                        .blockOptional()
                                        .filter(
                                                view ->
                                                        view.replicas().stream()
                                                                .anyMatch(
                                                                        each ->
                                                                                each.replicaId()
                                                                                        .equals(
                                                                                                replica))),
                        Optional::isPresent)
                .orElseThrow();
    }
}
