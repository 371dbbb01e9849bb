package dev.caravan.worker.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StagesTest {

    private static Stage kept(int layers) {
        return new Stage(new AgentId("a"), "http://a:1", Optional.empty(), layers);
    }

    private static Stage lent(String member, int layers) {
        return new Stage(new AgentId("b"), "http://b:1", Optional.of(new MemberId(member)), layers);
    }

    @Test
    void countsWhatTheHeadKeepsAndWhatIsLent() {
        var stages = new Stages(List.of(kept(2), lent("m1", 3), lent("m2", 4)));

        assertThat(stages.kept()).isEqualTo(2);
        assertThat(stages.layers()).isEqualTo(9);
        assertThat(stages.lent()).hasSize(2);
        assertThat(new Stages(List.of(lent("m1", 9))).kept()).isZero();
        assertThat(Stages.NONE.isEmpty()).isTrue();
    }

    @Test
    void refusesAHeadThatKeepsOtherThanTheFirstLayers() {
        assertThatThrownBy(() -> new Stages(List.of(lent("m1", 3), kept(6))))
                .hasMessage(
                        "stages: number 2 is in the head's process (expected: only the first can"
                                + " be; name a member)");
    }

    @Test
    void refusesASplitThatIsNoneOrTooWide() {
        assertThatThrownBy(() -> new Stages(List.of(kept(9))))
                .hasMessageStartingWith("stages: 0 members (expected: 1 to 15");
        assertThatThrownBy(
                        () ->
                                new Stages(
                                        IntStream.range(0, 16)
                                                .mapToObj(index -> lent("m" + index, 1))
                                                .toList()))
                .hasMessageStartingWith("stages: 16 members (expected: 1 to 15");
        assertThatThrownBy(() -> new Stages(List.of(lent("m1", 3), lent("m1", 6))))
                .hasMessage("stages: member m1 twice (expected: each member once)");
        assertThatThrownBy(() -> lent("m1", 0))
                .hasMessage("layers of the stage on agent b: 0 (expected: >= 1)");
        assertThatThrownBy(() -> new MemberId("../m"))
                .hasMessageStartingWith("member id: \"../m\" (expected: 1 to 128 letters");
    }
}
