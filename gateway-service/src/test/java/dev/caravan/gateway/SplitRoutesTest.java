package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.LoadMessage;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Plans, policies and the wish for a split, as clients speak of them. */
class SplitRoutesTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static final String NOT_THE_LEADER =
            "{\"code\":\"NO_CAPACITY\",\"error\":\"not the leader\"}";

    private static TestGateway gateway;

    private final String digest = TestGateway.newDigest();
    private final FakeAgent agent = new FakeAgent(4);
    private final FakeScheduler scheduler = new FakeScheduler();
    private final FakeScheduler follower = new FakeScheduler();

    @BeforeAll
    static void startGateway() {
        gateway = new TestGateway(REDIS.url(), folder, Map.of());
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @BeforeEach
    void startNeighbours() {
        follower.answersSplits(503, NOT_THE_LEADER);
        gateway.schedulers.clear();
        gateway.schedulers.addAll(List.of(follower.address(), scheduler.address()));
        TestGateway.publish(REDIS.url(), digest, List.of(agent), List.of());
        await().until(
                        () ->
                                gateway
                                        .bean(dev.caravan.gateway.app.Views.class)
                                        .current()
                                        .models()
                                        .stream()
                                        .anyMatch(model -> model.digest().hex().equals(digest)));
    }

    @AfterEach
    void stopNeighbours() {
        agent.close();
        scheduler.close();
        follower.close();
    }

    @Test
    void asksTheLeaderForAPlanAndPassesItsAnswerOn() throws Exception {
        scheduler.answersSplits(200, "{\"outcome\":\"SPLIT\"}");

        HttpResponse<String> answer =
                gateway.get(
                        "/api/distributed/plan?model=toy&contextLength=8192&distributed=true&ranges=a=0-0,b=1-1&other=x");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"outcome\":\"SPLIT\"}");
        assertThat(scheduler.asked)
                .containsExactly(
                        "/internal/v1/plan?contextLength=8192&digest="
                                + digest
                                + "&distributed=true&model=toy%3Alatest&ranges=a%3D0-0%2Cb%3D1-1");
    }

    @Test
    void knowsNoPlanForAModelThatIsNotThere() throws Exception {
        HttpResponse<String> answer = gateway.get("/api/distributed/plan?model=none");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("{\"error\":\"model 'none' not found\"}");
        assertThat(gateway.get("/api/distributed/plan").statusCode()).isEqualTo(400);
    }

    @Test
    void passesOnWhatTheLeaderRefuses() throws Exception {
        scheduler.answersSplits(
                400, "{\"code\":\"INVALID_REQUEST\",\"error\":\"ranges: no such agent\"}");

        HttpResponse<String> answer =
                gateway.put("/api/distributed/models/toy:latest/policy", "{\"ranges\":[]}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("{\"error\":\"ranges: no such agent\"}");
    }

    @Test
    void says503WhereNobodyLeads() throws Exception {
        scheduler.answersSplits(503, NOT_THE_LEADER);

        HttpResponse<String> answer = gateway.get("/api/distributed/models/toy:latest/policy");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("no scheduler answers", "not the leader");
    }

    @Test
    void putsAPolicyOfAModelWithASlashInItsName() throws Exception {
        scheduler.answersSplits(200, "{\"epoch\":5}");

        HttpResponse<String> answer =
                gateway.put(
                        "/api/distributed/models/hf.co%2Forg%2Ftoy:q4/policy",
                        "{\"minimumHosts\":2,\"engineOptions\":[\"--threads\",\"2\"]}");

        assertThat(answer.body()).isEqualTo("{\"epoch\":5}");
        assertThat(scheduler.asked)
                .containsExactly(
                        "/internal/v1/policy{\"model\":\"hf.co/org/toy:q4\",\"policy\":{\"epoch\":0,\"number\":0,"
                                + "\"continuation\":\"fluent\",\"minimumHosts\":2,\"engineOptions\":[\"--threads\",\"2\"]}}");
    }

    @Test
    void namesAFieldOfAPolicyThatNobodyKnows() throws Exception {
        HttpResponse<String> unknown =
                gateway.put("/api/distributed/models/toy/policy", "{\"minimumHost\":2}");
        HttpResponse<String> text =
                gateway.put("/api/distributed/models/toy/policy", "{\"minimumHosts\":\"many\"}");

        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).contains("minimumHost", "expected", "minimumHosts");
        assertThat(text.statusCode()).isEqualTo(400);
        assertThat(gateway.put("/api/distributed/models/toy/policy", "[]").statusCode())
                .isEqualTo(400);
        assertThat(gateway.put("/api/distributed/models/toy/policy", "{").statusCode())
                .isEqualTo(400);
        assertThat(gateway.put("/api/distributed/models/toy/policy", "").statusCode())
                .isEqualTo(400);
        assertThat(scheduler.asked).isEmpty();
    }

    @Test
    void tellsTheSchedulerAndNoEngineThatAModelIsToBeSplit() throws Exception {
        scheduler.answers(
                _ ->
                        Mono.just(
                                new LoadAnswer(
                                        LoadAnswer.State.READY,
                                        1,
                                        1,
                                        TestGateway.replica(agent, digest),
                                        agent.inView(),
                                        null,
                                        null)));
        String prompt =
                "{\"model\":\"toy\",\"prompt\":\"Hi\",\"stream\":false,\"options\":{\"distributed\":%s}}";

        HttpResponse<String> answer = gateway.post("/api/generate", prompt.formatted("true"));
        HttpResponse<String> wrong = gateway.post("/api/generate", prompt.formatted("\"yes\""));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(scheduler.loads).extracting(LoadMessage::distributed).containsExactly(true);
        assertThat(agent.runs.toString()).doesNotContain("distributed");
        assertThat(wrong.statusCode()).isEqualTo(500);
        assertThat(wrong.body())
                .isEqualTo("{\"error\":\"option \\\"distributed\\\" must be of type boolean\"}");
    }
}
