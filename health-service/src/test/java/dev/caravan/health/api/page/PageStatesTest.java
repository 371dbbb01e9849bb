package dev.caravan.health.api.page;

import static dev.caravan.health.api.page.ReportsOfTheTest.DIGEST;
import static dev.caravan.health.api.page.ReportsOfTheTest.NOW;
import static dev.caravan.health.api.page.ReportsOfTheTest.agent;
import static dev.caravan.health.api.page.ReportsOfTheTest.judged;
import static dev.caravan.health.api.page.ReportsOfTheTest.lent;
import static dev.caravan.health.api.page.ReportsOfTheTest.model;
import static dev.caravan.health.api.page.ReportsOfTheTest.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.health.api.HealthShapes;
import dev.caravan.health.api.page.PageState.Agent;
import dev.caravan.health.api.page.PageState.Held;
import dev.caravan.health.api.page.PageState.Host;
import dev.caravan.health.api.page.PageState.Model;
import dev.caravan.health.api.page.PageState.Replica;
import dev.caravan.health.api.page.PageState.Segment;
import dev.caravan.health.app.Membership;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredEngines.Stage;
import dev.caravan.wire.WireJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageStatesTest {

    private static final String ONE = "http://10.0.0.1:4000";
    private static final String TWO = "http://10.0.0.2:4000";

    @Test
    void groupsAgentsByTheirHost() {
        PageState state =
                PageStates.of(
                        judged(
                                plain("c", "h2", TWO),
                                plain("a", "h1", "http://10.0.0.1:4001"),
                                plain("b", "h1", ONE)));

        assertThat(state.hosts()).extracting(Host::name).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(state.hosts().getFirst().agents())
                .extracting(Agent::id)
                .containsExactly("b", "a");
        assertThat(state.hosts().getFirst().memory()).isEqualTo(16_000);
        assertThat(state.frozen()).isNull();
    }

    @Test
    void saysWhyAndSinceWhenOnlyOfAnAgentThatIsNotReady() {
        var membership = new Membership<AgentReport>();
        membership.answered(HealthShapes.reading(plain("a", "h1", ONE)), NOW);
        membership.answered(HealthShapes.reading(plain("b", "h2", TWO)), NOW);
        membership.told(HealthShapes.reading(plain("b", "h2", TWO)), true, NOW);

        PageState state = PageStates.of(membership.judge(NOW));

        Agent ready = state.hosts().get(0).agents().getFirst();
        Agent stopped = state.hosts().get(1).agents().getFirst();
        assertThat(ready.verdict()).isEqualTo("READY");
        assertThat(ready.seenAt()).isNull();
        assertThat(stopped.verdict()).isEqualTo("DOWN");
        assertThat(stopped.reason()).isEqualTo("it said that it stops");
        assertThat(stopped.seenAt()).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void mapsTheLayersOfASplitModelToItsHosts() {
        var stages =
                List.of(
                        new Stage("a", ONE, null, 5),
                        new Stage("b", TWO, "m1", 4),
                        new Stage("gone", "http://10.0.0.3:4000", "m2", 4));

        PageState state =
                PageStates.of(
                        judged(
                                agent(
                                        "a",
                                        "h1",
                                        ONE,
                                        List.of(replica("r", "big:latest", 2, stages)),
                                        null,
                                        List.of(model("big:latest", DIGEST, 12))),
                                agent(
                                        "b",
                                        "h2",
                                        TWO,
                                        List.of(),
                                        List.of(lent("m1", "r", 5, 4, 300)),
                                        List.of())));

        Replica loaded = state.models().getFirst().replicas().getFirst();
        assertThat(loaded.memory()).isEqualTo(1_300);
        assertThat(loaded.busy()).isEqualTo(2);
        assertThat(loaded.segments())
                .extracting(
                        Segment::host,
                        Segment::firstLayer,
                        Segment::layers,
                        Segment::output,
                        Segment::head,
                        Segment::verdict,
                        Segment::state)
                .containsExactly(
                        tuple("10.0.0.1", 0, 5, false, true, "READY", "READY"),
                        tuple("10.0.0.2", 5, 4, false, false, "READY", "READY"),
                        tuple("http://10.0.0.3:4000", 9, 3, true, false, "UNKNOWN", "UNKNOWN"));
        assertThat(held(state, 0))
                .extracting(Held::role, Held::firstLayer, Held::layers)
                .containsExactly(tuple("head", 0, 5));
        assertThat(held(state, 1))
                .extracting(Held::role, Held::firstLayer, Held::layers, Held::memory)
                .containsExactly(tuple("member", 5, 4, 300L));
    }

    @Test
    void knowsAHeadThatHoldsNoLayersAndAMemberThatHoldsTheOutputAlone() {
        var stages = List.of(new Stage("b", TWO, "m1", 12), new Stage("a", ONE, "m2", 1));

        PageState state =
                PageStates.of(
                        judged(
                                agent(
                                        "a",
                                        "h1",
                                        ONE,
                                        List.of(replica("r", "big:latest", 0, stages)),
                                        List.of(lent("m2", "r", 12, 1, 7)),
                                        List.of())));

        assertThat(state.models().getFirst().replicas().getFirst().segments())
                .extracting(Segment::firstLayer, Segment::layers, Segment::output)
                .containsExactly(tuple(0, 12, false), tuple(12, 0, true));
        assertThat(held(state, 0))
                .extracting(Held::role, Held::layers, Held::output)
                .containsExactly(tuple("head", 0, false), tuple("member", 0, true));
    }

    @Test
    void showsAWholeModelAsOneSegment() {
        PageState state =
                PageStates.of(
                        judged(
                                agent(
                                        "a",
                                        "h1",
                                        ONE,
                                        List.of(replica("r", "small:latest", 0, null)),
                                        null,
                                        List.of(model("small:latest", DIGEST, 8)))));

        Model model = state.models().getFirst();
        assertThat(model.layers()).isEqualTo(8);
        assertThat(model.holders()).containsExactly("a");
        assertThat(model.replicas().getFirst().segments())
                .extracting(Segment::firstLayer, Segment::layers, Segment::output)
                .containsExactly(tuple(0, 8, true));
    }

    @Test
    void saysThatHostsHaveDifferentFilesUnderOneName() {
        String other = "cd".repeat(32);

        PageState state =
                PageStates.of(
                        judged(
                                stores("a", ONE, model("m:latest", DIGEST, 2)),
                                stores("b", TWO, model("m:latest", other, 2))));

        assertThat(state.models()).extracting(Model::digest).containsExactly(DIGEST, other);
        assertThat(state.models())
                .allSatisfy(
                        model ->
                                assertThat(model.faults().getFirst())
                                        .contains("different files", model.digest()));
    }

    @Test
    void holdsNoAddressOfAnEngineAndNoProcessId() {
        PageState state =
                PageStates.of(
                        judged(
                                agent(
                                        "a",
                                        "h1",
                                        ONE,
                                        List.of(replica("r", "small:latest", 0, null)),
                                        List.of(lent("m2", "other", 0, 1, 7)),
                                        List.of(model("small:latest", DIGEST, 8)))));

        assertThat(WireJson.mapper().writeValueAsString(state))
                .contains("small:latest")
                .doesNotContain("127.0.0.1:9999", "4711", "4712");
    }

    private static AgentReport plain(String id, String hostId, String address) {
        return agent(id, hostId, address, List.of(), null, List.of());
    }

    private static AgentReport stores(String id, String address, AgentReport.Model model) {
        return agent(id, "host of " + id, address, List.of(), null, List.of(model));
    }

    private static List<Held> held(PageState state, int host) {
        return state.hosts().get(host).agents().getFirst().held();
    }
}
