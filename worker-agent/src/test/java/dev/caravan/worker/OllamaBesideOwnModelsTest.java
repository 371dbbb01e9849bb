package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.ReplicaState;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent with models of its own and an Ollama beside it; each test has its own. */
class OllamaBesideOwnModelsTest {

    @TempDir private Path folder;

    private static final DesiredEngines.Engine LLAMA =
            new DesiredEngines.Engine(
                    "o1",
                    FakeOllama.LLAMA,
                    FakeOllama.LLAMA_DIGEST,
                    2048,
                    0,
                    "fluent",
                    null,
                    null,
                    null);

    @Test
    void runsEachModelOnTheEngineThatHasIt() {
        try (FakeOllama ollama = FakeOllama.start();
                TestAgent agent =
                        TestAgent.start(folder, "--caravan.worker.ollama.url=" + ollama.url())) {
            ModelDigest own = agent.make("own:latest", 3, folder);

            agent.desire(1, LLAMA, TestAgent.engine("c1", "own:latest", own, 3));

            AgentReport.Replica theirs =
                    agent.await("o1", told -> told.state() == ReplicaState.READY);
            AgentReport.Replica ours =
                    agent.await("c1", told -> told.state() == ReplicaState.READY);
            assertThat(theirs.pid()).isZero();
            assertThat(theirs.slots()).isEqualTo(1);
            assertThat(ours.pid()).isPositive();
            assertThat(ours.slots()).isEqualTo(3);
            assertThat(agent.report().models())
                    .extracting(AgentReport.Model::name, AgentReport.Model::engine)
                    .containsExactlyInAnyOrder(
                            tuple("own:latest", null), tuple(FakeOllama.LLAMA, "ollama"));
        }
    }

    @Test
    void unloadsWhatItLoadedWhenItEndsAndLoadsItAgainWhenItIsBack() {
        try (FakeOllama ollama = FakeOllama.start()) {
            String url = "--caravan.worker.ollama.url=" + ollama.url();
            try (TestAgent agent = TestAgent.start(folder, url)) {
                agent.load(1, LLAMA);
                assertThat(ollama.loaded).containsExactly(FakeOllama.LLAMA);
            }

            assertThat(ollama.loaded).isEmpty();
            try (TestAgent agent = TestAgent.start(folder, url)) {
                agent.await("o1", told -> told.state() == ReplicaState.READY);
                assertThat(ollama.loaded).containsExactly(FakeOllama.LLAMA);
            }
        }
    }

    @Test
    void startsWhereItsOllamaIsAwayAndTakesItUpWhenItComes() {
        try (FakeOllama ollama = FakeOllama.start()) {
            ollama.goAway();
            try (TestAgent agent =
                    TestAgent.start(
                            folder,
                            "--caravan.worker.ollama.url=" + ollama.url(),
                            "--caravan.worker.ollama.refresh=100ms")) {
                assertThat(agent.report().models()).isEmpty();
                assertThat(agent.report().adopted())
                        .singleElement()
                        .satisfies(adopted -> assertThat(adopted.fault()).contains(ollama.url()));

                ollama.comeBack();

                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> agent.report().models().size() == 1);
                agent.load(1, LLAMA);
            }
        }
    }

    /** With another digest: its owner took it from elsewhere. */
    @Test
    void offersTheOllamasModelOfANameWhoseTemplateIsNotRenderedHere() throws Exception {
        StoreFiles store = new StoreFiles(folder.resolve("models"));
        try (FakeOllama ollama = FakeOllama.start();
                TestAgent agent =
                        TestAgent.start(folder, "--caravan.worker.ollama.url=" + ollama.url())) {
            String[] weights = {"model", store.blob(StoreFiles.gguf(3))};
            String[] template = {"template", store.blob("{{ .Prompt | urlquery }}")};

            agent.takes("alone", store, weights, template);
            agent.takes("llama3.2", store, weights, template);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () ->
                                    assertThat(agent.report().models())
                                            .extracting(
                                                    AgentReport.Model::name,
                                                    AgentReport.Model::engine,
                                                    model -> model.fault() == null)
                                            .containsExactlyInAnyOrder(
                                                    tuple("alone:latest", null, false),
                                                    tuple(FakeOllama.LLAMA, "ollama", true)));
            assertThat(agent.report().models())
                    .filteredOn(model -> model.fault() != null)
                    .singleElement()
                    .satisfies(
                            model ->
                                    assertThat(model.fault())
                                            .contains("urlquery", "expected: an agent with"));
        }
    }

    @Test
    void startsWhereTheOllamaThatItIsToStartIsNotThere() {
        try (TestAgent agent =
                TestAgent.start(folder, "--caravan.worker.ollama.command=no-such-ollama")) {
            ModelDigest own = agent.make("own:latest", 3, folder);

            agent.load(1, TestAgent.engine("c1", "own:latest", own, 1));

            assertThat(agent.report().adopted())
                    .singleElement()
                    .satisfies(
                            adopted -> {
                                assertThat(adopted.url()).isEqualTo("no-such-ollama");
                                assertThat(adopted.fault())
                                        .isEqualTo(
                                                "caravan.worker.ollama.command: no-such-ollama (expected: an executable file, or the name of one on PATH)");
                            });
        }
    }
}
