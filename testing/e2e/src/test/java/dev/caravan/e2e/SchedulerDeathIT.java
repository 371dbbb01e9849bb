package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Two schedulers: one leads, and its death or sleep at any moment leaves one state of things. */
@WithFaults
class SchedulerDeathIT {

    private static final int KILLS = Integer.getInteger("caravan.e2e.leader-kills", 5);
    private static final Duration CONVERGED = Duration.ofSeconds(60);

    private final List<Scheduler> schedulers = new ArrayList<>();

    /** Beside the others' logs, so that what they said can be read after a failure. */
    private Path folder = Path.of("");

    @BeforeEach
    void startAnother(LocalCluster cluster) throws IOException {
        folder = Files.createDirectories(cluster.home().resolve("schedulers"));
        schedulers.add(Scheduler.own(cluster));
        schedulers.add(
                Scheduler.beside(
                        schedulers.getFirst(), "second-" + schedulers.getFirst().pid(), folder));
        schedulers.getLast().awaitReady();
    }

    @AfterEach
    void leaveOne(LocalCluster cluster) {
        long own = cluster.process("scheduler").pid();
        schedulers.stream()
                .filter(scheduler -> scheduler.pid() != own)
                .forEach(scheduler -> LocalCluster.kill(scheduler.pid()));
        // a killed one of the cluster's own is started again before the next test
    }

    @Test
    void aLeaderThatDiesDuringALoadLeavesOneState(LocalCluster cluster) throws Exception {
        cluster.unloadAll();
        for (int kill = 0; kill < KILLS; kill++) {
            String model = cluster.randomModel();
            ObjectNode body = OllamaClient.generate(model, "who leads?", 8);
            ((ObjectNode) body.get("options")).put("distributed", kill % 2 == 0);
            Scheduler leader = awaitLeader();
            CompletableFuture<Answer> first = cluster.client().postAsync("/api/generate", body);
            TimeUnit.MILLISECONDS.sleep(cluster.random(0, 1_200));

            LocalCluster.kill(leader.pid());
            schedulers.remove(leader);
            schedulers.add(
                    Scheduler.beside(schedulers.getFirst(), "after-" + leader.pid(), folder));

            Answer answer = first.orTimeout(2, TimeUnit.MINUTES).join();
            assertThat(answer.status()).describedAs(answer.error()).isIn(200, 503);
            Awaitility.await("the model answers again")
                    .atMost(CONVERGED)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> cluster.client().post("/api/generate", body).status() == 200);
            Awaitility.await("one replica, with its members, and nothing else")
                    .atMost(CONVERGED)
                    .untilAsserted(() -> assertOneState(cluster, model));
            schedulers.getLast().awaitReady();
            cluster.unloadAll();
        }
        Awaitility.await("no RPC server stays reserved")
                .atMost(CONVERGED)
                .until(() -> cluster.members().isEmpty());
    }

    @Test
    void anOldLeaderThatWakesUpChangesNothing(LocalCluster cluster) throws Exception {
        String model = cluster.randomModel();
        Scheduler old = awaitLeader();
        LocalCluster.signal("STOP", old.pid());
        try {
            Awaitility.await("another leads")
                    .atMost(CONVERGED)
                    .until(
                            () ->
                                    schedulers.stream()
                                            .filter(scheduler -> scheduler != old)
                                            .anyMatch(Scheduler::leads));
            Awaitility.await("a cold model answers")
                    .atMost(CONVERGED)
                    .pollInterval(Duration.ofMillis(300))
                    .until(
                            () ->
                                    cluster.client()
                                                    .post(
                                                            "/api/generate",
                                                            OllamaClient.generate(model, "new", 4))
                                                    .status()
                                            == 200);
        } finally {
            LocalCluster.signal("CONT", old.pid());
        }
        long engine = cluster.engine(model).pid();
        TimeUnit.SECONDS.sleep(3);

        assertThat(cluster.engine(model).pid()).isEqualTo(engine);
        assertThat(old.leads()).isFalse();
        assertThat(schedulers.stream().filter(Scheduler::leads)).hasSize(1);
        assertOneState(cluster, model);
    }

    /** The lease of the dead one outlives the start of the next. */
    @Test
    void upAfterTheLeadersDeathEndsWithAnAnswerOfAColdModel(LocalCluster cluster) {
        cluster.unload(cluster.demoModel());
        schedulers.forEach(scheduler -> LocalCluster.kill(scheduler.pid()));

        LocalCluster.Said up = cluster.up();

        assertThat(up.exit()).describedAs(up.text()).isZero();
        assertThat(up.text()).containsPattern("\\(\\d+ tokens in ");
    }

    private Scheduler awaitLeader() {
        return Awaitility.await("one leads")
                .atMost(CONVERGED)
                .until(
                        () -> schedulers.stream().filter(Scheduler::leads).toList(),
                        leaders -> leaders.size() == 1)
                .getFirst();
    }

    private static void assertOneState(LocalCluster cluster, String model) {
        List<JsonNode> live =
                cluster.liveReplicas().stream()
                        .filter(replica -> replica.path("model").asString().equals(model))
                        .toList();
        assertThat(live).hasSize(1);
        Set<String> replicas =
                cluster.liveReplicas().stream()
                        .map(replica -> replica.path("replicaId").asString())
                        .collect(Collectors.toSet());
        assertThat(cluster.members())
                .allSatisfy(
                        member -> assertThat(replicas).contains(member.path("groupId").asString()));
        Set<Long> told =
                cluster.liveReplicas().stream()
                        .map(replica -> replica.path("pid").asLong())
                        .collect(Collectors.toSet());
        cluster.members().forEach(member -> told.add(member.path("pid").asLong()));
        assertThat(cluster.enginePids()).isSubsetOf(told);
    }
}
