package dev.caravan.scheduler.app;

import static dev.caravan.scheduler.app.Cluster.DIGEST;
import static dev.caravan.scheduler.app.Cluster.demandBut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.scheduler.app.ReplicaStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A gateway lost a replica, and the scheduler has not heard of it. */
class AvoidedReplicaTest {

    private static final long EPOCH = 1_000;
    private static final ReplicaId OLD = new ReplicaId("old");

    private final AtomicInteger ids = new AtomicInteger();
    private final Desk desk =
            new Desk(
                    new Settings(
                            4, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1), 0, Map.of()),
                    () -> new ReplicaId("r" + ids.incrementAndGet()));
    private final Cluster cluster = new Cluster();
    private long now = 1_000_000;

    @Test
    void answersWithAnotherReplicaThatIsReady() {
        agentWithOld("a");
        desk.said(cluster.agent("b", 8192));
        desk.said(cluster.runs("b", "other", DIGEST, 4096, Version.NONE));
        lead();

        Asked asked = desk.ask(demandBut(DIGEST, 4096, "old"), now);

        assertThat(ready(((Asked.Settled) asked).outcome())).isEqualTo(new ReplicaId("other"));
    }

    @Test
    void asksItsAgentAtOnceAndAgainUntilTheTruthIsKnown() {
        agentWithOld("a");
        lead();

        ask("old");

        assertThat(probe()).containsExactly("http://a");
        assertThat(probe()).as("one question at a time").isEmpty();
        desk.probed(new AgentId("a"), cluster.of("a"), now);
        now += 200;
        assertThat(probe()).containsExactly("http://a");
        desk.probed(new AgentId("a"), cluster.of("a"), now);
        now += 1_000;
        assertThat(probe()).isEmpty();
    }

    @Test
    void startsAnotherOnAFreeAgentAtOnceAndLeavesTheOldOneAlone() {
        agentWithOld("a");
        desk.said(cluster.agent("b", 8192));
        lead();

        Load load = ask("old");
        Work work = desk.settle(now);

        assertThat(work.puts()).extracting(DesiredState::agent).containsExactly(new AgentId("b"));
        tell(work);
        desk.said(cluster.turns("b", new ReplicaId("r1"), Phase.READY));
        Work then = desk.settle(now);
        assertThat(ready(then.settled().get(load))).isEqualTo(new ReplicaId("r1"));
        assertThat(then.view().orElseThrow().content().replicas())
                .extracting(replica -> replica.id().value())
                .containsExactly("old", "r1");
    }

    @Test
    void startsItOnTheSameAgentWhereTheEngineAloneDied() {
        agentWithOld("a");
        lead();
        ask("old");
        assertThat(desk.settle(now).puts()).as("it may live").isEmpty();

        probe();
        desk.probed(new AgentId("a"), cluster.turns("a", OLD, Phase.EXITED), now);
        Work work = desk.settle(now);

        assertThat(work.puts().getFirst().engines())
                .extracting(DesiredEngine::replica)
                .containsExactly(new ReplicaId("r1"));
    }

    @Test
    void saysSoonThatThereIsNoOtherWhereTheOnlyOneLives() {
        agentWithOld("a");
        lead();
        Load load = ask("old");
        assertThat(desk.settle(now).settled()).isEmpty();

        answers("a");
        now += Doubts.SETTLED_MILLIS;
        answers("a");
        Work work = desk.settle(now);

        assertThat(work.settled().get(load))
                .isEqualTo(
                        new LoadOutcome.Failed(
                                FaultCode.UPSTREAM_FAILED,
                                "model tiny:latest: agent a runs replica old, which failed this"
                                        + " request (expected: an agent that answers); try again"));
        assertThat(work.puts()).isEmpty();
    }

    @Test
    void doesNotWaitForAnAgentThatDoesNotAnswerEither() {
        agentWithOld("a");
        lead();
        Load load = ask("old");

        probe();
        desk.probeMissed(new AgentId("a"), now);
        Work work = desk.settle(now);

        assertThat(String.valueOf(work.settled().get(load))).contains("agent a does not answer");
    }

    @Test
    void takesOneThatItsAgentHasStartedAgainUnderTheSameId() {
        agentWithOld("a");
        lead();
        desk.settle(now);
        desk.said(cluster.restarts("a"));
        desk.said(cluster.turns("a", OLD, Phase.LOADING));

        Load load = ask("old");
        assertThat(desk.settle(now).puts()).isEmpty();
        desk.said(cluster.turns("a", OLD, Phase.READY));

        assertThat(ready(desk.settle(now).settled().get(load))).isEqualTo(OLD);
    }

    @Test
    void neverAnswersWithAnAvoidedReplicaNorEndsOneThatLives() {
        for (long seed = 0; seed < 300; seed++) {
            new Trial(seed).run();
        }
    }

    /** A random cluster in which gateways complain of replicas that live or have died. */
    private static final class Trial {

        private final AtomicInteger ids = new AtomicInteger();
        private final Desk desk =
                new Desk(
                        new Settings(
                                4, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1), 0, Map.of()),
                        () -> new ReplicaId("n" + ids.incrementAndGet()));
        private final Cluster cluster = new Cluster();
        private final Random random;
        private final long seed;
        private long now = 1_000_000;

        Trial(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() {
            int agents = 1 + random.nextInt(4);
            for (int i = 0; i < agents; i++) {
                desk.said(cluster.agent("a" + i, random.nextBoolean() ? 8192 : 300));
                if (random.nextBoolean()) {
                    desk.said(cluster.runs("a" + i, "old" + i, DIGEST, 4096, Version.NONE));
                }
            }
            desk.introduced();
            desk.lead(EPOCH, Map.of());
            desk.settle(now);
            String avoided = "old" + random.nextInt(agents);
            boolean died = random.nextBoolean();
            Asked asked = desk.ask(demandBut(DIGEST, 4096, avoided), now);
            if (asked instanceof Asked.Settled(LoadOutcome.Ready ready)) {
                assertThat(ready.replica().id().value()).as("seed %d", seed).isNotEqualTo(avoided);
                return;
            }
            Load load = ((Asked.Joined) asked).load();
            @Nullable LoadOutcome outcome = null;
            for (int step = 0; step < 20 && outcome == null; step++) {
                outcome = step(avoided, died).settled().get(load);
            }
            assertThat(outcome).as("seed %d", seed).isNotNull();
            if (outcome instanceof LoadOutcome.Ready ready) {
                assertThat(ready.replica().id().value()).as("seed %d", seed).isNotEqualTo(avoided);
            }
            String holder = avoided.replace("old", "a");
            boolean lives = !died && cluster.of(holder).replica(new ReplicaId(avoided)).isPresent();
            if (lives) {
                assertThat(desk.settle(now).puts())
                        .as("seed %d", seed)
                        .noneMatch(put -> put.agent().value().equals(holder));
            }
        }

        private Work step(String avoided, boolean died) {
            for (Doubts.Probe probe : desk.dueProbes(now)) {
                String id = probe.agent().value();
                desk.probed(
                        probe.agent(),
                        died
                                ? cluster.turns(id, new ReplicaId(avoided), Phase.EXITED)
                                : cluster.of(id),
                        now);
            }
            Work work = desk.settle(now);
            for (DesiredState put : work.puts()) {
                desk.accepted(put.agent(), put.version());
                desk.said(cluster.takes(put));
                put.engines()
                        .forEach(
                                engine ->
                                        desk.said(
                                                cluster.turns(
                                                        put.agent().value(),
                                                        engine.replica(),
                                                        Phase.READY)));
            }
            now += 250;
            return work;
        }
    }

    private void agentWithOld(String id) {
        desk.said(cluster.agent(id, 8192));
        desk.said(cluster.runs(id, "old", DIGEST, 4096, Version.NONE));
        desk.said(cluster.is(id, Verdict.READY));
    }

    private void lead() {
        desk.introduced();
        desk.lead(EPOCH, Map.of());
    }

    private Load ask(String avoided) {
        return ((Asked.Joined) desk.ask(demandBut(DIGEST, 4096, avoided), now)).load();
    }

    private List<String> probe() {
        return desk.dueProbes(now).stream().map(Doubts.Probe::address).toList();
    }

    private void answers(String id) {
        desk.dueProbes(now);
        desk.probed(new AgentId(id), cluster.of(id), now);
    }

    private void tell(Work work) {
        for (DesiredState put : work.puts()) {
            desk.accepted(put.agent(), put.version());
            desk.said(cluster.takes(put));
        }
    }

    private static ReplicaId ready(@Nullable LoadOutcome outcome) {
        assertThat(outcome).isInstanceOf(LoadOutcome.Ready.class);
        return ((LoadOutcome.Ready) Objects.requireNonNull(outcome)).replica().id();
    }
}
