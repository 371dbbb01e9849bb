package dev.caravan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.Keys;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.PlanMessage;
import dev.caravan.wire.PolicyChange;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

/**
 * One scheduler that leads, three agents over real HTTP of which one holds a file, a real Redis.
 */
class SplitTest {

    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static RunningScheduler scheduler;

    private final List<FakeAgent> agents = new ArrayList<>();

    @BeforeAll
    static void start() {
        scheduler = RunningScheduler.start(REDIS.url(), folder);
        await().until(SplitTest::leads);
    }

    private static boolean leads() {
        try (var stranger = new FakeAgent(1)) {
            return scheduler.askFor(stranger, 0, WAIT_MILLIS).join().statusCode() == 200;
        }
    }

    @AfterAll
    static void stop() {
        scheduler.close();
    }

    @AfterEach
    void stopAgents() {
        for (FakeAgent agent : agents) {
            scheduler.hears(agent, AgentEvent.Type.AGENT_STOPPING, agent.id());
            agent.close();
        }
    }

    /** No agent alone has room for 8 x 100 + 50 MiB, cache and buffers. */
    private FakeAgent agent(boolean holder) {
        FakeAgent agent = FakeAgent.ofGroup(1000, holder);
        agents.add(agent);
        scheduler.hears(agent, AgentEvent.Type.AGENT_STARTED, agent.id());
        return agent;
    }

    private void tells(FakeAgent agent, AgentEvent.Type type) {
        scheduler.hears(agent, type, agent.id());
    }

    private static void wasTold(FakeAgent agent, int times) {
        await().until(() -> agent.accepted().size() >= times);
    }

    @Test
    void formsAGroupAndTakesItDownWhenAMemberEnds() {
        FakeAgent head = agent(true);
        FakeAgent member = agent(false);

        CompletableFuture<LoadAnswer> answer = scheduler.load(head, 4096, WAIT_MILLIS);
        wasTold(member, 1);
        DesiredEngines.Member lent = member.accepted().getFirst().lent().getFirst();
        boolean headWasFirst = !head.accepted().isEmpty();
        tells(member, AgentEvent.Type.AGENT_STARTED);
        member.lends(ReplicaState.READY);
        tells(member, AgentEvent.Type.REPLICA_READY);
        wasTold(head, 1);
        DesiredEngines.Engine engine = head.accepted().getFirst().engines().getFirst();
        List<DesiredEngines.Stage> stages = Objects.requireNonNullElse(engine.stages(), List.of());
        head.becomesReady();
        tells(head, AgentEvent.Type.REPLICA_READY);
        LoadAnswer ready = answer.join();
        member.lends(ReplicaState.FAILED);
        tells(member, AgentEvent.Type.REPLICA_FAILED);
        wasTold(head, 2);
        wasTold(member, 2);

        assertThat(headWasFirst).isFalse();
        assertThat(lent.headAgentId()).isEqualTo(head.id());
        assertThat(lent.groupId()).isEqualTo(engine.replicaId());
        assertThat(stages)
                .extracting(
                        DesiredEngines.Stage::agentId,
                        DesiredEngines.Stage::address,
                        DesiredEngines.Stage::memberId)
                .containsExactly(
                        tuple(head.id(), head.address(), null),
                        tuple(member.id(), member.address(), lent.memberId()));
        assertThat(stages.stream().mapToInt(DesiredEngines.Stage::layers).sum()).isEqualTo(9);
        assertThat(lent.firstLayer()).isEqualTo(9 - lent.layers());
        assertThat(ready.replica()).extracting(ClusterViewMessage.Replica::split).isEqualTo(true);
        assertThat(head.accepted().get(1).engines()).isEmpty();
        assertThat(member.accepted().get(1).lent()).isEmpty();
    }

    @Test
    void saysWhatALoadWouldDoAndDoesNothing() {
        FakeAgent head = agent(true);
        FakeAgent member = agent(false);

        PlanMessage split = plan("?model=" + head.model());
        PlanMessage forced =
                plan(
                        "?model="
                                + head.model()
                                + "&contextLength=2048&ranges="
                                + member.id()
                                + "=0-6,"
                                + head.id().substring(0, 8)
                                + "=7-7");
        PlanMessage whole = plan("?model=" + head.model() + "&distributed=false");
        PlanMessage many = plan("?model=" + head.model() + "&ranges=" + head.id() + "=0-1");

        assertThat(split.outcome()).isEqualTo(PlanMessage.Outcome.SPLIT);
        assertThat(split.stages())
                .extracting(
                        PlanMessage.Stage::agentId,
                        PlanMessage.Stage::role,
                        PlanMessage.Stage::firstLayer,
                        PlanMessage.Stage::lastLayer,
                        PlanMessage.Stage::output)
                .containsExactly(
                        tuple(head.id(), "HEAD", 0, 3, false),
                        tuple(member.id(), "MEMBER", 4, 7, true));
        assertThat(split.need())
                .isEqualTo(split.stages().stream().mapToLong(PlanMessage.Stage::total).sum());
        assertThat(forced.contextLength()).isEqualTo(2048);
        assertThat(forced.stages())
                .extracting(PlanMessage.Stage::agentId, PlanMessage.Stage::firstLayer)
                .containsExactly(
                        tuple(head.id(), null), tuple(member.id(), 0), tuple(head.id(), 7));
        assertThat(whole.outcome()).isEqualTo(PlanMessage.Outcome.NO_FIT);
        assertThat(whole.shortfall()).isPositive();
        assertThat(whole.error()).contains("are missing on agent " + head.id());
        assertThat(many.outcome()).isEqualTo(PlanMessage.Outcome.REFUSED);
        assertThat(many.error()).contains("ranges end with layer 1 (expected: 7");
        assertThat(head.accepted()).isEmpty();
        assertThat(member.accepted()).isEmpty();
    }

    @Test
    void namesWhatIsWrongWithAQuestionForAPlan() {
        FakeAgent head = agent(true);
        String model = Routes.PLAN + "?model=" + head.model();

        assertThat(scheduler.get(model + "&ranges=nonsense").body())
                .contains("range: \\\"nonsense\\\" (expected: HOST=FIRST-LAST");
        assertThat(scheduler.get(model + "&contextLength=-1").body())
                .contains("contextLength: -1 (expected: >= 0)");
        assertThat(scheduler.get(model + "&distributed=maybe").statusCode()).isEqualTo(400);
        assertThat(scheduler.get(Routes.PLAN + "?model=none").statusCode()).isEqualTo(404);
    }

    @Test
    void putsAPolicyAtTheHoldersAndKeepsTheAgentsIds() {
        FakeAgent head = agent(true);
        FakeAgent member = agent(false);
        PolicyMessage wished =
                new PolicyMessage(
                        0,
                        0,
                        "fluent",
                        List.of(
                                new PolicyMessage.Range(head.id(), 0, 4),
                                new PolicyMessage.Range(member.id().substring(0, 6), 5, 7)),
                        2,
                        2048,
                        List.of("--no-repack"),
                        1);

        HttpResponse<String> put =
                scheduler.put(Routes.POLICY, new PolicyChange(head.model(), wished));
        PolicyMessage holds = WireJson.mapper().readValue(put.body(), PolicyMessage.class);
        tells(head, AgentEvent.Type.STORE_CHANGED);
        PolicyMessage shown =
                WireJson.mapper()
                        .readValue(
                                scheduler.get(Routes.POLICY + "?model=" + head.model()).body(),
                                PolicyMessage.class);

        assertThat(holds.epoch()).isPositive();
        assertThat(holds.number()).isEqualTo(1);
        assertThat(holds.ranges())
                .extracting(PolicyMessage.Range::host)
                .containsExactly(head.id(), member.id());
        assertThat(shown).isEqualTo(holds);
        assertThat(head.policies()).extracting(PolicyChange::policy).containsExactly(holds);
        assertThat(cached(head.model())).isEqualTo(holds);
    }

    @Test
    void tellsAHolderThatDidNotTakeAPolicyAgain() {
        FakeAgent head = agent(true);
        scheduler.put(
                Routes.POLICY, new PolicyChange(head.model(), PolicyMessage.of(0, 0, "fluent")));
        head.answersPolicies(500);
        HttpResponse<String> refused =
                scheduler.put(
                        Routes.POLICY,
                        new PolicyChange(head.model(), PolicyMessage.of(0, 0, "repeat")));
        head.answersPolicies(204);

        // its report still has the policy it was created with
        await().atMost(Duration.ofSeconds(30)).until(() -> head.policies().size() >= 3);

        assertThat(refused.statusCode()).isEqualTo(502);
        assertThat(refused.body()).contains("no holder took the policy", head.id());
        assertThat(head.policies().getLast().policy().continuation()).isEqualTo("fluent");
    }

    @Test
    void refusesAPolicyThatCannotBe() {
        FakeAgent head = agent(true);

        assertThat(put(head, "fluent", List.of(new PolicyMessage.Range(head.id(), 1, 7)), null))
                .contains("begins at layer 1 (expected: 0)");
        assertThat(put(head, "fluent", List.of(new PolicyMessage.Range(head.id(), 0, 8)), null))
                .contains("ranges: end with layer 8 (expected: 7, the model's last)");
        assertThat(put(head, "fluent", List.of(new PolicyMessage.Range("nobody", 0, 7)), null))
                .contains("\\\"nobody\\\" (expected: what names one of the agents", head.id());
        assertThat(put(head, "sometimes", null, null))
                .contains("expected: fluent, exact or repeat");
        assertThat(put(head, "fluent", null, List.of("--log-file", "/tmp/x")))
                .contains("engineOptions", "--log-file");
        assertThat(
                        scheduler
                                .put(
                                        Routes.POLICY,
                                        new PolicyChange("none", PolicyMessage.of(0, 0, "exact")))
                                .statusCode())
                .isEqualTo(404);
        assertThat(head.policies()).isEmpty();
    }

    private static String put(
            FakeAgent agent,
            String continuation,
            @Nullable List<PolicyMessage.Range> ranges,
            @Nullable List<String> options) {
        HttpResponse<String> answer =
                scheduler.put(
                        Routes.POLICY,
                        new PolicyChange(
                                agent.model(),
                                new PolicyMessage(
                                        0, 0, continuation, ranges, null, null, options, null)));
        assertThat(answer.statusCode()).isEqualTo(400);
        return answer.body();
    }

    private static PlanMessage plan(String query) {
        HttpResponse<String> answer = scheduler.get(Routes.PLAN + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return WireJson.mapper().readValue(answer.body(), PlanMessage.class);
    }

    private static PolicyMessage cached(String model) {
        ReactiveStringRedisTemplate redis =
                scheduler.context().getBean(ReactiveStringRedisTemplate.class);
        await().until(() -> redis.hasKey(Keys.POLICY + model).block());
        return WireJson.mapper()
                .readValue(
                        redis.opsForValue().get(Keys.POLICY + model).block(), PolicyMessage.class);
    }
}
