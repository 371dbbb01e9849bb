package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The cluster page as a person sees it: in a real browser, through the real gateway. */
@WithFaults
class ClusterPageIT {

    private static final String MARKUP = "<img src=x onerror=\\\"document.title='run'\\\">";

    private static Optional<PageBrowser> started = Optional.empty();
    private PageBrowser browser;

    @BeforeAll
    static void startBrowser() {
        started = PageBrowser.start();
        assumeTrue(
                started.isPresent(),
                "chromium and chromedriver: not on PATH (expected: Debian's packages chromium and chromium-driver); the page was not looked at");
    }

    @AfterAll
    static void endBrowser() {
        started.ifPresent(PageBrowser::close);
    }

    /** A page that is left open goes on asking, and its errors would be the next test's. */
    @BeforeEach
    void takeBrowser() {
        browser = started.orElseThrow();
        browser.open(URI.create("about:blank"));
        browser.errors();
    }

    private void openPage(LocalCluster cluster) {
        browser.open(cluster.client().base().resolve("/cluster/"));
        browser.await(
                "it is live", () -> assertThat(browser.text("#connection")).isEqualTo("Live"));
    }

    @Test
    void showsHostsAgentsEnginesAndModelsAndLoadsNothingFromElsewhere(LocalCluster cluster) {
        openPage(cluster);

        browser.await(
                "all agents are ready",
                () ->
                        assertThat(browser.count("[data-agent] [data-verdict=READY]"))
                                .isEqualTo(cluster.agentIds().size()));
        assertThat(browser.count("[data-host]")).isEqualTo(1);
        JsonNode agent = cluster.report(cluster.process("agent-1"));
        String shown = browser.text("[data-agent='" + agent.path("agentId").asString() + "']");
        assertThat(shown)
                .contains(agent.path("engine").path("build").asString())
                .contains(agent.path("address").asString().replace("http://", ""))
                .contains("offered");
        agent.path("engine")
                .path("backends")
                .forEach(backend -> assertThat(shown).contains(backend.asString()));
        assertThat(browser.text("[data-stored='" + cluster.demoModel() + "']")).contains("F16");
        assertThat(
                        browser.script(
                                "return performance.getEntriesByType('resource').every(r => r.name.startsWith(location.origin))"))
                .isEqualTo(true);
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void followsAModelFromItsFirstRequestUntilItLeavesWithoutBeingLoadedAnew(LocalCluster cluster)
            throws Exception {
        String model = cluster.randomModel();
        String card = "[data-model='" + model + "'] ";
        openPage(cluster);
        browser.script("window.sameDocument = true");
        browser.await(
                "the file is shown",
                () -> assertThat(browser.count("[data-stored='" + model + "']")).isEqualTo(1));
        assertThat(browser.count(card)).isZero();

        try (LeavingClient client =
                new LeavingClient(
                        cluster.client().base(),
                        "/api/generate",
                        OllamaClient.generate(model, cluster.randomText(), 1_000_000))) {
            client.awaitFirstByte();
            browser.await(
                    "it is ready and at work",
                    () -> {
                        assertThat(browser.count(card + "[data-state=READY]")).isEqualTo(1);
                        assertThat(browser.text(card + "[data-busy='1']"))
                                .isEqualTo("1 of 4 slots busy");
                        assertThat(browser.text("[data-request]")).contains(model);
                    });
            assertThat(browser.text(card + ".segment")).contains("layers 0–", "+ output");
            assertThat(browser.attributes(card + "[role=img]", "aria-label").getFirst())
                    .startsWith("Layer map. ");
        }
        browser.await(
                "its slot is free",
                () -> {
                    assertThat(browser.count(card + "[data-busy='0']")).isEqualTo(1);
                    assertThat(browser.text("#requests")).doesNotContain(model);
                });
        HttpResponse<String> unloaded =
                cluster.client()
                        .raw(
                                "POST",
                                "/api/generate",
                                "{\"model\":\"" + model + "\",\"keep_alive\":0}");
        assertThat(unloaded.statusCode()).isEqualTo(200);

        browser.await("it has left", () -> assertThat(browser.count(card)).isZero());
        assertThat(browser.script("return window.sameDocument")).isEqualTo(true);
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void saysThatMembershipIsFrozenWhileAllAgentsAreSilent(LocalCluster cluster) {
        openPage(cluster);
        List<LocalCluster.Process> agents =
                List.of(cluster.process("agent-1"), cluster.process("agent-2"));

        agents.forEach(agent -> LocalCluster.signal("STOP", agent.pid()));
        try {
            browser.await(
                    "the banner",
                    () ->
                            assertThat(browser.text("[data-notice=frozen]"))
                                    .startsWith("Membership is frozen: ")
                                    .contains("silent"));
        } finally {
            agents.forEach(agent -> LocalCluster.signal("CONT", agent.pid()));
        }

        browser.await(
                "no banner", () -> assertThat(browser.count("[data-notice=frozen]")).isZero());
    }

    @Test
    void saysWhoDoesNotAnswerAndComesBackByItself(LocalCluster cluster) {
        openPage(cluster);
        LocalCluster.Process health = cluster.process("health");

        LocalCluster.signal("STOP", health.pid());
        try {
            browser.await(
                    "it says so",
                    () -> {
                        assertThat(browser.text("#connection")).isEqualTo("Disconnected");
                        assertThat(browser.text("[data-notice=disconnected]"))
                                .startsWith("The health service does not answer; trying again.");
                    });
            assertThat(browser.count("[data-agent]")).isEqualTo(cluster.agentIds().size());
        } finally {
            LocalCluster.signal("CONT", health.pid());
        }

        browser.await(
                "it is back",
                () -> {
                    assertThat(browser.text("#connection")).isEqualTo("Live");
                    assertThat(browser.count("[data-notice]")).isZero();
                });
    }

    /** A real model over real RPC servers: the map says what the head's agent reports. */
    @Test
    void mapsTheLayersOfAModelThatIsSplitOverTwoAgents(LocalCluster cluster) {
        String model = cluster.randomModel();
        String split = "[data-model='" + model + "'] [data-split=true] ";
        ObjectNode request = OllamaClient.generate(model, cluster.randomText(), 8);
        ((ObjectNode) request.path("options")).put("distributed", true);
        openPage(cluster);

        Answer answer = cluster.client().post("/api/generate", request);
        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);

        List<String> agents =
                cluster.lastReplica(model)
                        .path("stages")
                        .valueStream()
                        .map(stage -> stage.path("agentId").asString())
                        .toList();
        assertThat(agents).hasSizeGreaterThan(1);
        browser.await(
                "a segment for each stage, with its process",
                () -> {
                    assertThat(browser.count(split + ".segment")).isEqualTo(agents.size());
                    assertThat(browser.attributes(split + "[data-stage]", "data-stage"))
                            .isEqualTo(agents);
                    assertThat(browser.text(split + ".stages").lines())
                            .allMatch(stage -> stage.contains(" · ready"));
                });
        assertThat(browser.text(split + ".stages")).contains("0–", "+ output", "member");
        browser.picture(Path.of("target", "cluster-page.png"), 1280);
        HttpResponse<String> unloaded =
                cluster.client()
                        .raw(
                                "POST",
                                "/api/generate",
                                "{\"model\":\"" + model + "\",\"keep_alive\":0}");
        assertThat(unloaded.statusCode()).isEqualTo(200);
    }

    /** Whatever agents and models are called. */
    @Test
    void showsMarkupInNamesAsTextAndTheLayersOfASplitModel(LocalCluster cluster) throws Exception {
        try (StandInPage page =
                new StandInPage(cluster.client(), SPLIT.replace("MARKUP", MARKUP))) {
            browser.open(page.address());
            browser.await(
                    "three stages",
                    () -> assertThat(browser.count("[data-split=true] .segment")).isEqualTo(3));

            String plain = MARKUP.replace("\\\"", "\"");
            assertThat(browser.text("#loaded h3")).startsWith(plain);
            assertThat(browser.text("#hosts h3")).contains(plain);
            assertThat(browser.text("#hosts .reason")).contains(plain);
            assertThat(browser.count("main img, main script")).isZero();
            assertThat(browser.script("return document.title")).isEqualTo("Caravan cluster");
            assertThat(browser.text(".segment"))
                    .contains("10.0.0.1", "layers 0–5", "layers 6–8", "layers 9–11 + output");
            assertThat(browser.text("[data-stage=b]")).contains("layers 6–8", "member", "ready");
            List<Integer> widths = browser.widths(".segment");
            assertThat((double) widths.get(0) / widths.get(1)).isBetween(1.9, 2.1);
            assertThat(browser.text("[data-notice=frozen]")).contains("2 of 3 agents");
            assertThat(browser.errors()).isEmpty();
        }
    }

    @Test
    void saysInWordsThatNothingIsThereYet(LocalCluster cluster) throws Exception {
        try (StandInPage page = new StandInPage(cluster.client(), "{\"hosts\":[],\"models\":[]}")) {
            browser.open(page.address());

            browser.await(
                    "the words",
                    () -> {
                        assertThat(browser.text("#hosts")).contains("No agent has joined yet");
                        assertThat(browser.text("#loaded")).contains("No model is loaded");
                        assertThat(browser.text("#stored")).contains("No model is on any disk");
                    });
        }
    }

    private static final String SPLIT =
            """
            {"frozen": "2 of 3 agents went silent together",
             "hosts": [
              {"id": "h1", "name": "10.0.0.1", "memory": 16000, "available": 8000, "agents": [
               {"id": "a", "address": "http://10.0.0.1:1", "version": "1", "verdict": "READY", "reason": "",
                "engineFault": "none", "cores": 1, "budget": 8000, "used": 900, "storeFree": 1, "storeUsed": 1, "held": []}]},
              {"id": "h2", "name": "MARKUP", "memory": 16000, "available": 8000, "agents": [
               {"id": "b", "address": "http://10.0.0.2:1", "version": "1", "verdict": "SUSPECT", "reason": "MARKUP", "seenAt": 1000,
                "engineFault": "none", "cores": 1, "budget": 8000, "used": 900, "storeFree": 1, "storeUsed": 1, "held": []}]}],
             "models": [
              {"name": "MARKUP", "digest": "d", "size": 1, "family": "llama", "parameters": "1B", "quantization": "F16", "layers": 12,
               "holders": ["a"], "faults": [], "replicas": [
               {"id": "r", "agent": "a", "state": "READY", "contextLength": 4096, "slots": 4, "busy": 1, "continuation": "fluent", "memory": 5,
                "segments": [
                 {"agent": "a", "host": "10.0.0.1", "verdict": "READY", "head": true, "state": "READY", "firstLayer": 0, "layers": 6, "output": false, "memory": 2},
                 {"agent": "b", "host": "MARKUP", "verdict": "SUSPECT", "head": false, "state": "READY", "firstLayer": 6, "layers": 3, "output": false, "memory": 2},
                 {"agent": "c", "host": "10.0.0.3", "verdict": "UNKNOWN", "head": false, "state": "UNKNOWN", "firstLayer": 9, "layers": 3, "output": true, "memory": 1}]}]}]}
            """;
}
