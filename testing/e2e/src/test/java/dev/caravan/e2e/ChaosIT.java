package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What takes minutes: {@code ./mvnw verify -Pchaos}. */
@Tag("chaos")
@WithFaults
class ChaosIT {

    @Test
    void aRedisThatComesBackWithAnEmptyDiskCostsNoWarmRequest(LocalCluster cluster) {
        String warm = cluster.fixture("F16", 1);
        cluster.load(warm);
        String cold = cluster.randomModel();

        LocalCluster.kill(cluster.process("redis").pid());
        cluster.emptyRedisDisk();
        answers(cluster, warm);
        assertThat(cluster.up().exit()).isZero();

        answers(cluster, warm);
        Awaitility.await("cold models load again")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .untilAsserted(() -> answers(cluster, cold));
    }

    /**
     * A process that only listens in the place of a service: what that service is for must fail, or
     * the tests of it prove nothing.
     */
    @ParameterizedTest
    @ValueSource(strings = {"gateway", "registry", "scheduler", "health", "agent-1", "redis"})
    void anImpostorIsFoundOut(String service, LocalCluster cluster) throws Exception {
        String warm = cluster.fixture("F16", 1);
        cluster.load(warm);
        LocalCluster.Process agent = cluster.agentOf(warm);
        LocalCluster.Process replaced =
                service.startsWith("agent") ? agent : cluster.process(service);
        Map<String, ThrowingCallable> duties =
                Map.of(
                        "gateway", () -> answers(cluster, warm),
                        "registry", () -> tags(cluster, cluster.randomModel()),
                        "scheduler", () -> answers(cluster, cluster.randomModel()),
                        "health", () -> notices(cluster, agent),
                        "agent-1", () -> answers(cluster, warm),
                        "redis", () -> answers(cluster, cluster.randomModel()));
        LocalCluster.kill(replaced.pid());
        cluster.awaitGone(replaced.pid());

        try (ServerSocket impostor = listen(replaced.port())) {
            assertThat(impostor.isBound()).isTrue();
            assertThatThrownBy(duties.get(service)).isNotNull();
        }

        assertThat(cluster.up().exit()).isZero();
        Awaitility.await("the duty is done again by the real " + service)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .untilAsserted(() -> answers(cluster, warm));
    }

    /** The kernel frees the port of a killed process a moment after its main thread is gone. */
    private static ServerSocket listen(int port) {
        return Awaitility.await("port " + port + " is free")
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(BindException.class)
                .until(
                        () -> new ServerSocket(port, 50, InetAddress.getLoopbackAddress()),
                        ServerSocket::isBound);
    }

    private static void answers(LocalCluster cluster, String model) {
        Answer answer =
                cluster.client()
                        .postAsync("/api/generate", OllamaClient.generate(model, "chaos", 8))
                        .orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
                        .join();
        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(8);
    }

    private static void tags(LocalCluster cluster, String model) {
        assertThat(cluster.named(cluster.client().json("/api/tags"), model)).isNotEmpty();
    }

    private static void notices(LocalCluster cluster, LocalCluster.Process agent) {
        LocalCluster.kill(agent.pid());
        Awaitility.await("the agent's death is known")
                .atMost(Duration.ofSeconds(15))
                .until(
                        () ->
                                cluster.client()
                                        .get("/api/distributed/nodes")
                                        .body()
                                        .contains("DOWN"));
    }
}
