package dev.caravan.registry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.core.cluster.AgentId;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {

    private static final String ONE = "1".repeat(64);
    private static final String TWO = "2".repeat(64);

    private final Catalogue<String> catalogue = new Catalogue<>();

    @Test
    void namesAllHoldersOfOneDigestAndLetsTheNewestCopySpeak() {
        offer("b", 1, true, List.of(model("tiny:latest", ONE, 10, "older")));
        offer("a", 1, true, List.of(model("tiny:latest", ONE, 20, "newer")));

        assertThat(catalogue.entries())
                .singleElement()
                .satisfies(
                        entry -> {
                            assertThat(entry.newest().about()).isEqualTo("newer");
                            assertThat(entry.holders())
                                    .containsExactly(new AgentId("a"), new AgentId("b"));
                            assertThat(entry.conflict()).isEmpty();
                        });
    }

    @Test
    void showsTwoDigestsUnderOneNameAsAConflictWhateverTheSpelling() {
        offer("a", 1, true, List.of(model("Tiny", ONE, 10, "")));
        offer("b", 1, true, List.of(model("tiny:latest", TWO, 20, "")));

        assertThat(catalogue.entries())
                .extracting(entry -> entry.newest().digest(), CatalogueEntry::conflict)
                .containsExactly(tuple(TWO, List.of(ONE)), tuple(ONE, List.of(TWO)));
    }

    @Test
    void listsTheNewestFirst() {
        offer(
                "a",
                1,
                true,
                List.of(model("old:latest", ONE, 10, ""), model("new:latest", TWO, 20, "")));

        assertThat(catalogue.entries())
                .extracting(entry -> entry.newest().name())
                .containsExactly("new:latest", "old:latest");
    }

    @Test
    void ignoresAReportOlderThanTheOneItHas() {
        offer("a", 5, true, List.of(model("tiny:latest", ONE, 10, "")));

        boolean changed = offer("a", 4, true, List.of());

        assertThat(changed).isFalse();
        assertThat(catalogue.entries()).hasSize(1);
    }

    @Test
    void takesAReportOfANewerProcessWhateverItsSequence() {
        offer("a", 5, true, List.of(model("tiny:latest", ONE, 10, "")));

        catalogue.offer(new AgentHoldings<>(new AgentId("a"), 2000, 1, true, List.of()));

        assertThat(catalogue.entries()).isEmpty();
    }

    @Test
    void losesTheModelsOfAnAgentThatIsDownAndHasThemAgainWhenItIsBack() {
        offer("a", 5, true, List.of(model("tiny:latest", ONE, 10, "")));

        assertThat(offer("a", 5, false, List.of(model("tiny:latest", ONE, 10, "")))).isTrue();
        assertThat(catalogue.entries()).isEmpty();
        assertThat(catalogue.agents()).containsEntry(new AgentId("a"), false);

        assertThat(offer("a", 5, true, List.of(model("tiny:latest", ONE, 10, "")))).isTrue();
        assertThat(catalogue.entries()).hasSize(1);
    }

    @Test
    void saysThatNothingChangedWhenToldTheSameAgain() {
        offer("a", 5, true, List.of(model("tiny:latest", ONE, 10, "")));

        assertThat(offer("a", 5, true, List.of(model("tiny:latest", ONE, 10, "")))).isFalse();
        assertThat(offer("a", 6, true, List.of(model("tiny:latest", ONE, 10, "")))).isFalse();
    }

    private boolean offer(String agent, long sequence, boolean up, List<Holding<String>> models) {
        return catalogue.offer(new AgentHoldings<>(new AgentId(agent), 1000, sequence, up, models));
    }

    private static Holding<String> model(
            String name, String digest, long modifiedAt, String about) {
        return new Holding<>(name, digest, modifiedAt, about);
    }
}
