package dev.caravan.gateway.app.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.testkit.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class UploadPlaceTest {

    private final ManualClock clock = ManualClock.anytime();
    private final UploadPlace place = new UploadPlace(clock);

    private static AgentState agent(String name, long free) {
        return new AgentState(
                new AgentId(name), URI.create("http://" + name), free, 0, List.of(), List.of());
    }

    private String chosen(long length, AgentState... agents) {
        AgentState found = place.choose(List.of(agents), OptionalLong.of(length)).orElseThrow();
        place.used(found);
        return found.id().value();
    }

    @Test
    void goesWhereMostRoomIs() {
        assertThat(chosen(1, agent("a", 10), agent("b", 20))).isEqualTo("b");
    }

    @Test
    void whatComesSoonAfterGoesToTheSameAgent() {
        chosen(5, agent("a", 19), agent("b", 20));

        clock.advance(Duration.ofSeconds(59));
        assertThat(chosen(5, agent("a", 19), agent("b", 15))).isEqualTo("b");
        clock.advance(Duration.ofSeconds(59));
        assertThat(chosen(5, agent("a", 19), agent("b", 10))).isEqualTo("b");

        clock.advance(Duration.ofSeconds(61));
        assertThat(chosen(5, agent("a", 19), agent("b", 6))).isEqualTo("a");
    }

    @Test
    void goesElsewhereWhereTheSameAgentHasNoRoomOrIsAway() {
        chosen(5, agent("a", 19), agent("b", 20));

        assertThat(chosen(15, agent("a", 19), agent("b", 15))).isEqualTo("a");
        assertThat(chosen(1, agent("b", 15))).isEqualTo("b");
        assertThat(place.choose(List.of(), OptionalLong.empty())).isEmpty();
    }
}
