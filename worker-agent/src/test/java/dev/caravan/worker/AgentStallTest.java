package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.testkit.Signals;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Frame;
import dev.caravan.wire.ReplicaState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that stands still says nothing about it; SIGSTOP makes one. */
class AgentStallTest {

    private static final String MODEL = "lively:latest";
    private static final int ENDLESS = 100_000;

    @TempDir private static Path folder;

    private static TestAgent agent;
    private static ModelDigest digest;
    private static final AtomicInteger GENERATION = new AtomicInteger();

    @BeforeAll
    static void start() {
        agent = TestAgent.start(folder);
        digest = agent.make(MODEL, 11, folder);
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    private static AgentReport.Replica load() {
        int generation = GENERATION.incrementAndGet();
        return agent.load(generation, TestAgent.engine("r" + generation, MODEL, digest, 2));
    }

    private static void readSome(TestAgent.Answer answer) {
        for (int frame = 0; frame < 100; frame++) {
            assertThat(answer.next()).isNotNull();
        }
    }

    @Test
    void endsAnEngineThatStandsStillAndEachOfItsAnswers() {
        AgentReport.Replica replica = load();
        try (TestAgent.Answer one = agent.run(TestAgent.prompt(replica, "The caravan", ENDLESS));
                TestAgent.Answer other = agent.run(TestAgent.prompt(replica, "Once", ENDLESS))) {
            readSome(one);
            readSome(other);
            long stopped = System.nanoTime();

            Signals.stop(replica.pid());

            List<Frame> frames = one.all();
            Duration took = Duration.ofNanos(System.nanoTime() - stopped);
            assertThat(frames.getLast())
                    .isInstanceOfSatisfying(
                            Frame.Fail.class,
                            fail -> {
                                assertThat(fail.code()).isEqualTo("UPSTREAM_TIMEOUT");
                                assertThat(fail.repeatable()).isTrue();
                                assertThat(fail.message())
                                        .contains("replica " + replica.replicaId() + " stalled")
                                        .contains("no progress for");
                            });
            assertThat(frames).contains(new Frame.Progress(0, 0));
            assertThat(other.all().getLast()).isInstanceOf(Frame.Fail.class);
            assertThat(took).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(12));
        }
        AgentReport.Replica ended =
                agent.await(replica.replicaId(), told -> told.state() == ReplicaState.EXITED);
        assertThat(ended.fault()).contains("stalled").contains("exit code 137");
        assertThat(ProcessHandle.of(replica.pid())).isEmpty();
    }

    @Test
    void anEngineThatStandsStillForAMomentGoesOn() throws InterruptedException {
        AgentReport.Replica replica = load();
        try (TestAgent.Answer answer = agent.run(TestAgent.prompt(replica, "The caravan", 400))) {
            readSome(answer);

            Signals.stop(replica.pid());
            TimeUnit.MILLISECONDS.sleep(1200);
            Signals.go(replica.pid());

            assertThat(answer.all().getLast()).isInstanceOf(Frame.End.class);
        }
        assertThat(agent.replica(replica.replicaId()).state()).isEqualTo(ReplicaState.READY);
    }

    @Test
    void saysThatItIsThereBeforeTheEngineHasSaidAnything() throws Exception {
        AgentReport.Replica replica = load();
        Signals.stop(replica.pid());
        CompletableFuture<List<Frame>> frames =
                CompletableFuture.supplyAsync(
                        () -> agent.run(TestAgent.prompt(replica, "The caravan", 50)).all());
        TimeUnit.MILLISECONDS.sleep(3500);

        Signals.go(replica.pid());

        assertThat(frames.get(20, TimeUnit.SECONDS))
                .startsWith(new Frame.Progress(0, 0))
                .hasAtLeastOneElementOfType(Frame.Head.class)
                .last()
                .isInstanceOf(Frame.End.class);
        assertThat(agent.replica(replica.replicaId()).busy()).isZero();
    }

    @Test
    void givesTheSlotBackWhereAClientLeavesThatWasOnlyToldSigns() throws Exception {
        AgentReport.Replica replica = load();
        Signals.stop(replica.pid());
        for (int client = 0; client < 2; client++) {
            agent.leaveWithin(TestAgent.prompt(replica, "The caravan", ENDLESS), 2500);
        }

        Signals.go(replica.pid());

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> {
                            assertThat(agent.replica(replica.replicaId()).busy()).isZero();
                            assertThat(agent.working(replica)).isZero();
                        });
    }
}
