package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a user sees first: {@code ./caravan up}, then an unmodified client. */
@AloneOnSharedCluster
class FirstAnswerIT {

    @Test
    void upEndsWithTheEndpointACurlLineAndAnAnswer(LocalCluster cluster) {
        String said = cluster.upOutput();

        assertThat(said).contains("http://127.0.0.1:" + cluster.client().base().getPort());
        assertThat(said).contains("curl ").contains("/api/generate");
        assertThat(said.strip().lines().count()).isGreaterThan(3);
    }

    @Test
    void upTwiceIsHarmless(LocalCluster cluster) {
        long gateway = cluster.process("gateway").pid();

        LocalCluster.Said again = cluster.up();

        assertThat(again.exit()).describedAs(again.text()).isZero();
        assertThat(cluster.process("gateway").pid()).isEqualTo(gateway);
    }

    @Test
    void smokeFindsNothingWrong(LocalCluster cluster) {
        LocalCluster.Said smoke = cluster.caravan("smoke");

        assertThat(smoke.exit()).describedAs(smoke.text()).isZero();
    }

    @Test
    void runPrintsAnAnswer(LocalCluster cluster) {
        LocalCluster.Said run =
                cluster.caravan("run", "--tokens", "20", cluster.demoModel(), "hello there");

        assertThat(run.exit()).describedAs(run.text()).isZero();
        assertThat(run.text().strip()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/generate", "/api/chat"})
    void theFirstChunkArrivesWhileTheEngineHasMostTokensStillToMake(
            String route, LocalCluster cluster) {
        String model = cluster.randomModel();
        String prompt = cluster.randomText();
        int predict = 1500;
        ObjectNode body =
                route.endsWith("chat")
                        ? OllamaClient.chat(model, prompt, predict)
                        : OllamaClient.generate(model, prompt, predict);
        ((ObjectNode) body.get("options")).put("num_ctx", 4096);
        cluster.client().post("/api/generate", OllamaClient.generate(model, "warm", 4));
        EngineState engine = cluster.engine(model);
        AtomicInteger decoded = new AtomicInteger(-1);

        Answer answer = cluster.client().post(route, body, first -> decoded.set(engine.decoded()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.last().path("done").asBoolean()).isTrue();
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(predict);
        assertThat(answer.pieces()).hasSizeGreaterThan(predict / 4);
        assertThat(decoded.get()).isBetween(1, predict / 2 - 1);
    }

    @Test
    void anUnstreamedAnswerIsOneObjectWithTheSameText(LocalCluster cluster) {
        String model = cluster.randomModel();
        ObjectNode body = OllamaClient.generate(model, cluster.randomText(), 32);

        Answer streamed = cluster.client().post("/api/generate", body);
        Answer whole = cluster.client().post("/api/generate", body.deepCopy().put("stream", false));

        assertThat(whole.lines()).hasSize(1);
        assertThat(whole.text()).isNotEmpty().isEqualTo(streamed.text());
        assertThat(whole.last().path("eval_count").asInt()).isEqualTo(32);
        assertThat(whole.last().path("done_reason").asString()).isEqualTo("length");
    }

    @Test
    void tagsPsAndShowKnowTheModel(LocalCluster cluster) {
        String model = cluster.randomModel();
        cluster.client().post("/api/generate", OllamaClient.generate(model, "hello", 2));

        JsonNode tag = cluster.named(cluster.client().json("/api/tags"), model);
        JsonNode loaded = cluster.named(cluster.client().json("/api/ps"), model);
        HttpResponse<String> show =
                cluster.client().raw("POST", "/api/show", "{\"model\":\"" + model + "\"}");

        assertThat(tag.path("digest").asString()).matches("[0-9a-f]{64}");
        assertThat(loaded.path("digest").asString()).isEqualTo(tag.path("digest").asString());
        assertThat(loaded.path("size").asLong()).isPositive();
        assertThat(loaded.path("expires_at").asString()).isNotEmpty();
        assertThat(show.statusCode()).isEqualTo(200);
        assertThat(
                        OllamaClient.JSON
                                .readTree(show.body())
                                .path("model_info")
                                .path("general.architecture")
                                .asString())
                .isEqualTo("llama");
    }

    @Test
    void aModelUnloadsOnRequestAndLoadsAgain(LocalCluster cluster) {
        String model = cluster.randomModel();
        cluster.client().post("/api/generate", OllamaClient.generate(model, "hello", 2));
        long first = cluster.engine(model).pid();

        Answer unload =
                cluster.client()
                        .post(
                                "/api/generate",
                                OllamaClient.JSON
                                        .createObjectNode()
                                        .put("model", model)
                                        .put("keep_alive", 0));
        cluster.awaitGone(first);
        Answer again =
                cluster.client().post("/api/generate", OllamaClient.generate(model, "hello", 2));

        assertThat(unload.last().path("done_reason").asString()).isEqualTo("unload");
        assertThat(again.status()).isEqualTo(200);
        assertThat(cluster.engine(model).pid()).isNotEqualTo(first);
    }
}
