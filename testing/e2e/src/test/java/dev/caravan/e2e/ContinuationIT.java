package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Engines, members and agents are killed while they answer; the client gets the answer of an
 * undisturbed engine, with a pause. The oracle is made before, by an engine of its own.
 */
@WithFaults
class ContinuationIT {

    private static final Duration SOON = Duration.ofSeconds(15);

    /** One of that many differs with near certainty: measured, about every second one. */
    private static final int MOST_FLUENT = 8;

    @ParameterizedTest
    @CsvSource({
        "WHOLE, ENGINE, /api/generate, F16",
        "WHOLE, ENGINE, /api/chat, Q4_K_M",
        "WHOLE, AGENT, /api/generate, Q4_K_M",
        "WHOLE, AGENT, /api/chat, F16",
        "MEMBER, ENGINE, /api/generate, F16",
        "MEMBER, ENGINE, /api/chat, Q4_K_M",
        "MEMBER, AGENT, /api/generate, Q4_K_M",
        "MEMBER, AGENT, /api/chat, F16",
        "HEAD, ENGINE, /api/generate, F16",
        "HEAD, ENGINE, /api/chat, Q4_K_M",
        "HEAD, AGENT, /api/generate, Q4_K_M",
        "HEAD, AGENT, /api/chat, F16",
    })
    void anAnswerGoesOnWhereItsReplicaDied(
            Faults.Shape shape,
            Faults.Victim victim,
            String route,
            String type,
            LocalCluster cluster)
            throws Exception {
        Faults faults = Faults.on(cluster, type);
        String prompt = faults.prompt();
        String expected = faults.oracle(route, prompt);
        faults.policy("exact", shape);

        Faults.Broken broken = faults.kill(shape, victim, route, prompt);

        JsonNode last = broken.answer().last();
        assertThat(broken.answer().error()).isEmpty();
        assertThat(broken.tokensAfter()).isGreaterThanOrEqualTo(60);
        assertThat(last.path("continued").path("times").asInt()).isEqualTo(1);
        assertThat(broken.answer().text()).isEqualTo(expected);
        assertThat(last.path("continued").path("exact").asBoolean()).isTrue();
        assertThat(last.path("eval_count").asInt()).isEqualTo(Faults.PREDICT);
        System.out.printf(
                "%s %s %s %s: killed after %d tokens, pause %d ms%n",
                shape, victim, route, type, broken.tokensBefore(), broken.pause().toMillis());
    }

    @Test
    void twoDeathsInOneAnswer(LocalCluster cluster) throws Exception {
        Faults faults = Faults.on(cluster, "F16");
        String prompt = faults.prompt();
        String expected = faults.oracle("/api/generate", prompt);
        faults.policy("exact", Faults.Shape.WHOLE);

        Answer answer = faults.killEach("/api/generate", prompt, 40, 2).answer();

        assertThat(answer.error()).isEmpty();
        assertThat(answer.last().path("continued").path("times").asInt()).isEqualTo(2);
        assertThat(answer.text()).isEqualTo(expected);
    }

    /** What the tests above would say if nothing were continued. */
    @Test
    void withoutContinuationTheSameKillEndsTheAnswer(LocalCluster cluster) throws Exception {
        Faults faults = Faults.on(cluster, "F16");
        faults.policy("exact", Faults.Shape.WHOLE);
        LocalCluster.kill(cluster.process("gateway").pid());
        cluster.awaitGone(cluster.process("gateway").pid());
        assertThat(cluster.upWith(Map.of("CARAVAN_GATEWAY_CONTINUATION", "false")).exit()).isZero();
        try {
            Answer answer =
                    faults.kill(
                                    Faults.Shape.WHOLE,
                                    Faults.Victim.ENGINE,
                                    "/api/generate",
                                    cluster.randomText())
                            .answer();

            assertThat(answer.error()).isNotEmpty();
            assertThat(answer.last().path("done").asBoolean()).isFalse();
        } finally {
            LocalCluster.kill(cluster.process("gateway").pid());
        }
    }

    /**
     * Kernels that depend on the batch say something else sooner or later; so the switches count.
     */
    @Test
    void withoutTheSwitchesOfExactAQuantizedAnswerDiffers(LocalCluster cluster) throws Exception {
        Faults faults = Faults.on(cluster, "Q4_K_M");
        faults.policy("fluent", Faults.Shape.WHOLE);
        int same = 0;
        int kills = 0;
        while (kills < MOST_FLUENT && same == kills) {
            String prompt = cluster.randomText();
            String expected = faults.oracle("/api/generate", prompt, List.of());
            Answer answer =
                    faults.kill(Faults.Shape.WHOLE, Faults.Victim.ENGINE, "/api/generate", prompt)
                            .answer();
            assertThat(answer.error()).isEmpty();
            assertThat(answer.last().path("eval_count").asInt()).isEqualTo(Faults.PREDICT);
            assertThat(answer.last().path("continued").path("exact").asBoolean()).isFalse();
            kills++;
            same += answer.text().equals(expected) ? 1 : 0;
        }
        System.out.printf("fluent, Q4_K_M: %d of %d texts are the same%n", same, kills);
        assertThat(same).isLessThan(kills);
    }

    @Test
    void aModelThatIsNowhereElseEndsInOneLine(LocalCluster cluster) {
        String model = cluster.fixture("F16", 32, "--layers", "12", "--width", "768");
        cluster.load(model);
        long agent = cluster.agentOf(model).pid();
        Instant[] killed = {Instant.MIN};

        Answer answer =
                cluster.client()
                        .post(
                                "/api/generate",
                                OllamaClient.generate(model, "alone", 400),
                                first -> {
                                    LocalCluster.kill(agent);
                                    killed[0] = Instant.now();
                                });

        Duration took = Duration.between(killed[0], answer.lines().getLast().at());
        System.out.println("no replica left: told after " + took.toMillis() + " ms");
        assertThat(answer.error()).contains("broke off after", "could not be continued");
        assertThat(answer.lines().stream().filter(line -> line.json().has("error"))).hasSize(1);
        assertThat(took).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void aClientThatLeavesWhileItIsContinuedGivesEverythingBack(LocalCluster cluster)
            throws Exception {
        Faults faults = Faults.on(cluster, "F16");
        faults.policy("exact", Faults.Shape.WHOLE);
        EngineState engine = cluster.load(faults.model());
        try (LeavingClient client =
                new LeavingClient(
                        cluster.client().base(),
                        "/api/generate",
                        faults.body("/api/generate", "leaving"))) {
            client.awaitFirstByte();
            LocalCluster.kill(engine.pid());
            cluster.awaitGone(engine.pid());
        }

        AtRest.await(cluster);
        EngineState next = cluster.load(faults.model());
        Awaitility.await("no slot is taken").atMost(SOON).until(() -> next.busySlots() == 0);
    }
}
