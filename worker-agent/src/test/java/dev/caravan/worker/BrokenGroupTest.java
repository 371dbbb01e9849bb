package dev.caravan.worker;

import static dev.caravan.worker.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.testkit.Signals;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.ReplicaState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the RPC servers of two agents, real ones, when a head is killed. */
class BrokenGroupTest {

    private static final String MODEL = "broken:latest";
    private static final Duration KEEP = Duration.ofSeconds(3);

    /** Of what the member on the other agent holds; its weights alone are 28 MiB. */
    private static final long LAYERS_HELD = 20 << 20;

    @TempDir private static Path folder;

    private static TestAgent head;
    private static TestAgent other;
    private static ModelDigest digest;
    private static int generation;

    @BeforeAll
    static void start() throws IOException {
        String keep = "--caravan.worker.rpc-keep=" + KEEP;
        head = TestAgent.start(folder.resolve("head"), keep);
        other = TestAgent.start(folder.resolve("other"), keep);
        Path file = folder.resolve("model.gguf");
        new FixtureWriter().write(RandomModel.named(MODEL).withWidth(512), file);
        digest = head.make(MODEL, Files.readAllBytes(file));
    }

    @AfterAll
    static void stop() {
        other.close();
        head.close();
    }

    @AfterEach
    void nothingIsLeft() {
        desireNothing();

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> head.engines().isEmpty() && other.engines().isEmpty());
    }

    private static void desireNothing() {
        generation++;
        other.desire(generation);
        head.desire(generation);
    }

    /** A group over both agents: the head, a member beside it, and one on the other agent. */
    private record Group(AgentReport.Replica replica, long own, long lent) {

        static Group load(String id) {
            generation++;
            other.desire(generation, List.of(), List.of(member(id, id + "-2", 5, 4)));
            head.desire(
                    generation,
                    List.of(
                            TestAgent.split(
                                    id,
                                    MODEL,
                                    digest,
                                    head.stage(null, 2),
                                    head.stage(id + "-1", 3),
                                    other.stage(id + "-2", 4))),
                    List.of(member(id, id + "-1", 2, 3)));
            AgentReport.Replica replica =
                    head.await(id, told -> told.state() == ReplicaState.READY);
            assertThat(head.engines()).hasSize(2);
            assertThat(other.engines()).hasSize(1);
            return new Group(replica, head.member(id + "-1").pid(), other.member(id + "-2").pid());
        }

        String answer() {
            return text(head.run(TestAgent.prompt(replica, "The caravan", 64)).all());
        }

        void killHead() {
            ProcessHandle.of(replica.pid()).orElseThrow().destroyForcibly();
            head.await(replica.replicaId(), told -> told.state() == ReplicaState.EXITED);
            other.awaitMember(replica.replicaId() + "-2", told -> !told.linked());
        }
    }

    private static DesiredEngines.Member member(String group, String id, int first, int layers) {
        return new DesiredEngines.Member(
                id,
                group,
                MODEL,
                digest.hex(),
                head.report().agentId(),
                first,
                layers,
                "exact",
                50 << 20);
    }

    private static boolean runs(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static long resident(long pid) throws IOException {
        Optional<String> line =
                Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                        .filter(found -> found.startsWith("VmRSS:"))
                        .findFirst();
        return Long.parseLong(line.orElseThrow().replaceAll("\\D", "")) << 10;
    }

    @Test
    void theNextGroupHasTheServersThatSurvivedAndAnswersAsTheFirst() {
        Group first = Group.load("first");
        String expected = first.answer();

        first.killHead();
        Group second = Group.load("second");

        assertThat(second.lent()).isEqualTo(first.lent());
        assertThat(second.own()).isEqualTo(first.own());
        assertThat(second.replica().pid()).isNotEqualTo(first.replica().pid());
        assertThat(second.answer()).isEqualTo(expected).isNotEmpty();
        desireNothing();
        Awaitility.await("a group that is not wanted any more leaves nothing")
                .atMost(KEEP.dividedBy(2))
                .until(() -> !runs(second.lent()) && !runs(second.own()));
    }

    @Test
    void aServerThatNoGroupComesForHoldsNothingAndEnds() throws IOException {
        Group group = Group.load("alone");
        long loaded = resident(group.lent());
        group.killHead();

        desireNothing();

        assertThat(other.report().lent()).isEmpty();
        assertThat(runs(group.lent())).isTrue();
        Awaitility.await("its layers are free")
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> resident(group.lent()) < loaded - LAYERS_HELD);
        Awaitility.await("its time is over")
                .atMost(KEEP.plusSeconds(3))
                .until(() -> !runs(group.lent()) && !runs(group.own()));
    }

    @Test
    void aServerThatStandsStillEndsWithItsGroup() {
        Group group = Group.load("still");
        Signals.stop(group.lent());

        group.killHead();
        Group next = Group.load("moving");

        assertThat(next.lent()).isNotEqualTo(group.lent());
        assertThat(next.own()).isEqualTo(group.own());
        assertThat(runs(group.lent())).isFalse();
    }
}
