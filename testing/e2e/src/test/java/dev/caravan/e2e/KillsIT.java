package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.e2e.Faults.Broken;
import dev.caravan.e2e.Faults.Shape;
import dev.caravan.e2e.Faults.Victim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many kills and stalls, and how long the client waited; {@code -Dcaravan.e2e.kills=N} of them
 * (200), spread evenly over what holds the model, what dies, routes and weights.
 */
@Tag("chaos")
@WithFaults
class KillsIT {

    private static final int KILLS = Integer.getInteger("caravan.e2e.kills", 200);
    private static final int PROMPTS = 4;
    private static final List<Shape> SHAPES = List.of(Shape.WARM, Shape.MEMBER, Shape.HEAD);

    /** A stall is noticed after ten seconds where the engine's pace is not known yet. */
    private static final Duration WATCHDOG = Duration.ofSeconds(10);

    @Test
    void everyKilledAnswerIsTheOneOfAnUndisturbedEngine(LocalCluster cluster) throws Exception {
        Map<Shape, List<Duration>> pauses = new EnumMap<>(Shape.class);
        List<Duration> loads = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        List<String> prompts = Stream.generate(cluster::randomText).limit(PROMPTS).toList();
        for (int n = 0; n < KILLS; n++) {
            Shape shape = SHAPES.get(n % 3);
            Victim victim = n % 5 < 3 ? Victim.ENGINE : Victim.AGENT;
            String type = n / 3 % 2 == 0 ? "F16" : "Q4_K_M";
            String route = n / 6 % 2 == 0 ? "/api/generate" : "/api/chat";
            String prompt = prompts.get(n % PROMPTS);
            Faults faults = Faults.on(cluster, type);
            String expected = faults.oracle(route, prompt);
            faults.policy("exact", shape);

            Broken broken = faults.kill(shape, victim, route, prompt);

            pauses.computeIfAbsent(shape, _ -> new ArrayList<>()).add(broken.pause());
            if (!broken.answer().text().equals(expected)
                    || broken.answer().last().path("eval_count").asInt() != Faults.PREDICT
                    || !broken.answer().last().path("continued").path("exact").asBoolean()) {
                wrong.add(
                        "%d: %s %s %s %s after %d tokens: %s"
                                .formatted(
                                        n,
                                        shape,
                                        victim,
                                        type,
                                        route,
                                        broken.tokensBefore(),
                                        broken.answer().last()));
            }
            if (victim == Victim.AGENT) {
                assertThat(cluster.up().exit()).isZero();
            }
            if (shape != Shape.WARM) {
                loads.add(cluster.loadTime(faults.model()));
            }
        }
        pauses.forEach(KillsIT::print);
        print("loads after the kills of split models", loads);
        AtRest.await(cluster);
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"WHOLE, 7", "MEMBER, 7", "HEAD, 6"})
    void everyStalledAnswerGoesOn(Shape shape, int times, LocalCluster cluster) throws Exception {
        Faults faults = Faults.on(cluster, "F16");
        List<Duration> pauses = new ArrayList<>();
        for (int n = 0; n < times; n++) {
            String prompt = cluster.randomText();
            String expected = faults.oracle("/api/generate", prompt);
            faults.policy("exact", shape);

            Broken broken = faults.stop(shape, "/api/generate", prompt);

            assertThat(broken.answer().error()).isEmpty();
            assertThat(broken.answer().text()).isEqualTo(expected);
            pauses.add(broken.pause());
        }
        print(shape + " stopped", pauses);
        AtRest.await(cluster);
        assertThat(pauses)
                .allSatisfy(pause -> assertThat(pause).isLessThan(WATCHDOG.plusSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource({"fluent, 10", "repeat, 10"})
    void noAnswerBreaksOffWithOtherPolicies(String policy, int times, LocalCluster cluster)
            throws Exception {
        Faults faults = Faults.on(cluster, "Q4_K_M");
        int same = 0;
        for (int n = 0; n < times; n++) {
            String prompt = cluster.randomText();
            String expected = faults.oracle("/api/generate", prompt, List.of());
            faults.policy(policy, Shape.WHOLE);

            Answer answer =
                    faults.kill(Shape.WHOLE, Victim.ENGINE, "/api/generate", prompt).answer();

            boolean equal = answer.text().equals(expected);
            same += equal ? 1 : 0;
            assertThat(answer.error()).isEmpty();
            assertThat(answer.last().path("eval_count").asInt()).isEqualTo(Faults.PREDICT);
            if (answer.last().path("continued").path("exact").asBoolean()) {
                assertThat(answer.text()).describedAs("claimed to be exact").isEqualTo(expected);
            }
        }
        System.out.printf("%s, Q4_K_M: %d of %d texts are the same%n", policy, same, times);
    }

    private static void print(Shape shape, List<Duration> pauses) {
        print(shape + " killed, pauses", pauses);
    }

    private static void print(String what, List<Duration> times) {
        List<Duration> sorted = times.stream().sorted().toList();
        System.out.printf(
                "%s: %d, median %d ms, p99 %d ms%n",
                what,
                sorted.size(),
                sorted.get(sorted.size() / 2).toMillis(),
                sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1).toMillis());
    }
}
