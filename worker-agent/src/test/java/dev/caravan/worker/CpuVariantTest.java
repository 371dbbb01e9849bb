package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.EngineBuild;
import dev.caravan.wire.ReplicaState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines that are to compute for another processor than the one they run on. */
class CpuVariantTest {

    /** Every processor of the last ten years can run it. */
    private static final String VARIANT = "haswell";

    private static final String MODEL = "lively:latest";

    @TempDir private Path folder;

    private static EngineBuild build(TestAgent agent) {
        return Objects.requireNonNull(
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> agent.report().engine(), Objects::nonNull));
    }

    @Test
    void pinsHeadAndMembersToTheVariantThatIsAskedFor() throws IOException {
        try (TestAgent agent =
                TestAgent.start(folder, "--caravan.worker.engine.cpu-variant=" + VARIANT)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    agent.report().engine() != null
                                            || !String.valueOf(agent.report().engineFault())
                                                    .contains("not looked for yet"));
            AgentReport report = agent.report();
            Assumptions.assumeFalse(
                    String.valueOf(report.engineFault()).contains("none to choose from"),
                    "this engine has one CPU variant");
            EngineBuild build = build(agent);
            assertThat(build.backends()).contains("CPU-" + VARIANT);
            assertThat(build.cpuVariants()).contains(VARIANT).hasSizeGreaterThan(1);

            ModelDigest digest = agent.make(MODEL, 5, folder);
            agent.desire(
                    1,
                    List.of(
                            new DesiredEngines.Engine(
                                    "r",
                                    MODEL,
                                    digest.hex(),
                                    2048,
                                    1,
                                    "exact",
                                    null,
                                    List.of(stage(report, null, 4), stage(report, "m", 5)),
                                    null)),
                    List.of(
                            new DesiredEngines.Member(
                                    "m",
                                    "r",
                                    MODEL,
                                    digest.hex(),
                                    report.agentId(),
                                    4,
                                    5,
                                    "exact",
                                    10 << 20)));
            AgentReport.Replica head = agent.await("r", told -> told.state() == ReplicaState.READY);

            assertThat(libraries(head.pid())).containsExactly("libggml-cpu-haswell.so");
            assertThat(libraries(agent.member("m").pid()))
                    .containsExactly("libggml-cpu-haswell.so");
        }
    }

    private static DesiredEngines.Stage stage(
            AgentReport report, @Nullable String member, int layers) {
        return new DesiredEngines.Stage(report.agentId(), report.address(), member, layers);
    }

    /** CPU backends that a process has mapped. */
    private static List<String> libraries(long pid) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return maps.filter(line -> line.contains("libggml-cpu-"))
                    .map(line -> line.substring(line.lastIndexOf('/') + 1))
                    .distinct()
                    .toList();
        }
    }

    @Test
    void saysWhichVariantsThereAreWhereItHasNotTheOneAskedFor() {
        try (TestAgent agent =
                TestAgent.start(folder, "--caravan.worker.engine.cpu-variant=nosuch")) {
            String fault =
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(30))
                            .until(
                                    () -> String.valueOf(agent.report().engineFault()),
                                    text -> text.contains("nosuch"));

            assertThat(fault).contains("CPU variant: \"nosuch\" (expected: one that the engine at");
        }
    }
}
