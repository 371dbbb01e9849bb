package dev.caravan.worker;

import static dev.caravan.worker.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.testkit.Signals;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Frame;
import dev.caravan.wire.ReplicaState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of 8 layers over two agents with real engines; its file is at the head's alone. */
class SplitModelTest {

    private static final String MODEL = "lively:latest";
    private static final List<String> PROMPTS =
            List.of("The caravan", "Once upon a time", "12345 and then");

    @TempDir private static Path folder;

    private static TestAgent head;
    private static TestAgent other;
    private static ModelDigest digest;
    private static final AtomicInteger GENERATION = new AtomicInteger();

    @BeforeAll
    static void start() {
        head = TestAgent.start(folder.resolve("head"));
        other = TestAgent.start(folder.resolve("other"));
        digest = head.make(MODEL, 11, folder);
    }

    @AfterAll
    static void stop() {
        other.close();
        head.close();
    }

    @AfterEach
    void nothingStaysReserved() {
        head.desire(GENERATION.incrementAndGet());
        other.desire(GENERATION.get());

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> {
                            assertThat(head.engines()).isEmpty();
                            assertThat(other.engines()).isEmpty();
                        });
        assertThat(head.report().lent()).noneMatch(AgentReport.Member::linked);
        assertThat(other.report().lent()).noneMatch(AgentReport.Member::linked);
    }

    private static DesiredEngines.Member member(
            String id, TestAgent headAgent, int first, int layers) {
        return new DesiredEngines.Member(
                id,
                "split",
                MODEL,
                digest.hex(),
                headAgent.report().agentId(),
                first,
                layers,
                "exact",
                10 << 20);
    }

    private static DesiredEngines.Engine split(String id, DesiredEngines.Stage... stages) {
        return TestAgent.split(id, MODEL, digest, stages);
    }

    private static List<String> answers(AgentReport.Replica replica) {
        return PROMPTS.stream()
                .map(prompt -> text(head.run(TestAgent.prompt(replica, prompt, 64)).all()))
                .toList();
    }

    @Test
    void answersWithTheTextOfTheWholeModel() throws IOException {
        AgentReport.Replica whole =
                head.load(
                        GENERATION.incrementAndGet(), TestAgent.engine("whole", MODEL, digest, 2));
        List<String> expected = answers(whole);
        int generation = GENERATION.incrementAndGet();
        other.desire(generation, List.of(), List.of(member("m-other", head, 5, 4)));

        head.desire(
                generation,
                List.of(
                        split(
                                "split",
                                head.stage(null, 2),
                                head.stage("m-own", 3),
                                other.stage("m-other", 4))),
                List.of(member("m-own", head, 2, 3)));
        AgentReport.Replica replica =
                head.await("split", told -> told.state() == ReplicaState.READY);

        assertThat(answers(replica)).isEqualTo(expected).doesNotContain("");
        assertThat(replica.stages())
                .extracting(DesiredEngines.Stage::layers)
                .containsExactly(2, 3, 4);
        assertThat(other.awaitMember("m-other", AgentReport.Member::linked).state())
                .isEqualTo(ReplicaState.READY);
        assertThat(head.member("m-own").linked()).isTrue();
        assertThat(placement("split"))
                .containsExactly(
                        "CPU", "CPU", "RPC0", "RPC0", "RPC0", "RPC1", "RPC1", "RPC1", "RPC1");
        assertThat(folder.resolve("head/engines/split.log"))
                .content()
                .doesNotContain("Once upon a time")
                .doesNotContain("next token")
                .contains("RPC0[127.0.0.1:");
    }

    /** Of each layer and the output, as the engine's log says. */
    private static List<String> placement(String id) throws IOException {
        return Pattern.compile("layer +\\d+ assigned to device (\\w+)")
                .matcher(Files.readString(folder.resolve("head/engines/" + id + ".log")))
                .results()
                .map(line -> line.group(1))
                .toList();
    }

    @Test
    void endsTheHeadAtOnceAndNamesTheMemberThatDied() {
        int generation = GENERATION.incrementAndGet();
        other.desire(generation, List.of(), List.of(member("m-dies", head, 4, 5)));
        head.desire(
                generation,
                List.of(split("idle", head.stage(null, 4), other.stage("m-dies", 5))),
                List.of());
        AgentReport.Replica ready = head.await("idle", told -> told.state() == ReplicaState.READY);
        long begun = System.nanoTime();

        ProcessHandle.of(other.member("m-dies").pid()).orElseThrow().destroyForcibly();

        AgentReport.Replica ended = head.await("idle", told -> told.state() == ReplicaState.EXITED);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(ended.fault())
                .startsWith("member m-dies on agent " + other.report().agentId() + ": ");
        assertThat(ProcessHandle.of(ready.pid())).isEmpty();
        AgentReport.Member died = other.member("m-dies");
        assertThat(died.state()).isEqualTo(ReplicaState.EXITED);
        assertThat(died.exitCode()).isEqualTo(137);
        assertThat(died.linked()).isFalse();
    }

    /** It is still there when the group is given up, and has to be gone after it. */
    @Test
    void endsAHeadWhoseMemberStandsStill() {
        int generation = GENERATION.incrementAndGet();
        other.desire(generation, List.of(), List.of(member("m-stops", head, 4, 5)));
        head.desire(
                generation,
                List.of(split("stalls", head.stage(null, 4), other.stage("m-stops", 5))),
                List.of());
        AgentReport.Replica ready =
                head.await("stalls", told -> told.state() == ReplicaState.READY);
        long member = other.member("m-stops").pid();
        try (TestAgent.Answer answer = head.run(TestAgent.prompt(ready, "The caravan", 100_000))) {
            for (int frame = 0; frame < 100; frame++) {
                assertThat(answer.next()).isNotNull();
            }

            Signals.stop(member);

            assertThat(answer.all().getLast())
                    .isInstanceOfSatisfying(
                            Frame.Fail.class,
                            fail -> assertThat(fail.message()).contains("stalls stalled"));
        }
        AgentReport.Replica ended =
                head.await("stalls", told -> told.state() == ReplicaState.EXITED);
        assertThat(ended.fault()).contains("stalled");
        assertThat(ProcessHandle.of(ready.pid())).isEmpty();
        other.awaitMember("m-stops", told -> !told.linked());
        assertThat(ProcessHandle.of(member)).isPresent();
    }
}
