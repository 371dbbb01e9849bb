package dev.caravan.scheduler.translation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelRunner;
import dev.caravan.scheduler.app.AgentStatus;
import dev.caravan.scheduler.app.StoredModel;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.VersionMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static AgentStatus status(@Nullable String engine, boolean here) {
        return Reports.status(
                new AgentReport(
                        "a",
                        "host",
                        "http://a",
                        "1",
                        1,
                        1,
                        null,
                        "none",
                        2,
                        new AgentReport.Memory(1, 1, 1, 0),
                        new AgentReport.Store(1, 1),
                        new VersionMessage(0, 0),
                        List.of(),
                        null,
                        List.of(
                                new AgentReport.Model(
                                        "llama3.2:latest",
                                        "ab".repeat(32),
                                        2_000_000,
                                        1,
                                        new ModelDetails(
                                                "", "gguf", "llama", List.of(), "", "", null, null),
                                        List.of("completion"),
                                        new FactsMessage(28, 2_000_000, 1024, 8192, 64, null, null),
                                        PolicyMessage.of(0, 0, "fluent"),
                                        null,
                                        engine)),
                        List.of(
                                new AgentReport.Adopted(
                                        "ollama", "http://x:11434", "0.33.0", 1, here, null)),
                        null));
    }

    private static StoredModel model(@Nullable String engine, boolean here) {
        return status(engine, here).models().getFirst();
    }

    @Test
    void plansTheFilesSizeForAModelOfAnAdoptedEngine() {
        StoredModel model = model("ollama", true);

        assertThat(model.runner()).isEqualTo(ModelRunner.OLLAMA);
        assertThat(model.facts())
                .hasValueSatisfying(
                        facts -> {
                            assertThat(facts.weights().bytes()).isEqualTo(2_000_000);
                            assertThat(facts.kvBytesPerToken()).isZero();
                            assertThat(facts.trainedContext()).isEqualTo(8192);
                        });
    }

    @Test
    void plansNoMemoryHereForAnEngineOnAnotherHost() {
        assertThat(model("ollama", false).facts())
                .hasValueSatisfying(facts -> assertThat(facts.weights().bytes()).isZero());
    }

    @Test
    void leavesAModelOfTheAgentsOwnStoreAsItIs() {
        StoredModel model = model(null, false);

        assertThat(model.runner()).isEqualTo(ModelRunner.LLAMA_CPP);
        assertThat(model.facts())
                .hasValueSatisfying(
                        facts -> {
                            assertThat(facts.weights().bytes()).isEqualTo(2_000_000);
                            assertThat(facts.kvBytesPerToken()).isEqualTo(1024);
                        });
    }

    @Test
    void leavesOutAModelWhoseEngineThisReleaseDoesNotKnow() {
        assertThat(status("vllm", true).models()).isEmpty();
    }
}
