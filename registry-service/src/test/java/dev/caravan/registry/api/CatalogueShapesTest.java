package dev.caravan.registry.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.registry.app.CatalogueEntry;
import dev.caravan.registry.app.Holding;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogueShapesTest {

    private static final String DIGEST = "a".repeat(64);
    private static final String OTHER = "b".repeat(64);

    @Test
    void aNameThatMeansOneModelIsNoFault() {
        assertThat(CatalogueShapes.model(entry(null)).fault()).isNull();
    }

    @Test
    void aNameThatMeansTwoModelsIsAFaultThatNamesTheOther() {
        assertThat(CatalogueShapes.model(entry(null, OTHER)).fault())
                .isEqualTo(
                        "m:latest has other digests on other nodes: %s (expected: one; pull, copy or delete it)"
                                .formatted(OTHER));
    }

    @Test
    void aFileThatCannotBeUsedIsTheGreaterFault() {
        assertThat(CatalogueShapes.model(entry("not GGUF", OTHER)).fault()).isEqualTo("not GGUF");
    }

    private static CatalogueEntry<AgentReport.Model> entry(
            @Nullable String fault, String... conflict) {
        AgentReport.Model model =
                new AgentReport.Model(
                        "m:latest",
                        DIGEST,
                        7,
                        1,
                        new ModelDetails("", "gguf", "llama", List.of(), "", "", null, null),
                        List.of(),
                        null,
                        PolicyMessage.of(0, 0, "fluent"),
                        fault);
        return new CatalogueEntry<>(
                new Holding<>("m:latest", DIGEST, 1, model),
                List.of(new AgentId("a")),
                List.of(conflict));
    }
}
