package dev.caravan.worker.app.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.app.desired.Wanted;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.FakeEngines;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.engine.SplitLayout;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.engine.Stages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class SplitEnginesTest {

    private static final AgentId SELF = new AgentId("head");
    private static final Duration SOON = Duration.ofSeconds(10);

    private final FakeEngines whole = new FakeEngines();
    private final FakeRpcServers servers = new FakeRpcServers();
    private final MemberSupervisor members =
            new MemberSupervisor(
                    servers, (_, _, _) -> {}, Runnable::run, ManualClock.anytime(), Duration.ZERO);
    private final List<FakeLink> links = new ArrayList<>();
    private Mono<RpcLink> next = Mono.fromSupplier(this::link);
    private final SplitEngines engines =
            new SplitEngines(whole, members, _ -> next, SELF, Runnable::run);

    private RpcLink link() {
        FakeLink link = new FakeLink(6000 + links.size());
        links.add(link);
        return link;
    }

    private static final class FakeLink implements RpcLink {
        private final int port;
        private final Sinks.One<String> lost = Sinks.one();
        private boolean closed;

        FakeLink(int port) {
            this.port = port;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public Mono<String> lost() {
            return lost.asMono();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static Stage stage(String agent, String member, int layers) {
        return new Stage(
                new AgentId(agent),
                "http://" + agent + ":1",
                Optional.of(new MemberId(member)),
                layers);
    }

    private RunningEngine start(Stage... stages) {
        return engines.start(
                new EngineSpec(
                        new ReplicaId("r"),
                        "demo:1b",
                        new FakeStore().list().getFirst(),
                        Path.of("/m"),
                        2048,
                        1,
                        Continuation.EXACT,
                        new Stages(List.of(stages)),
                        Optional.empty(),
                        List.of(),
                        LoadOptions.NONE));
    }

    private static EngineEnd end(RunningEngine engine) {
        return engine.ended().blockOptional(SOON).orElseThrow();
    }

    @Test
    void startsTheHeadWithThePortsOfItsLinksInTheOrderOfLayers() {
        members.start(Wanted.member("own"));
        servers.last().listen(5000);

        RunningEngine head =
                start(
                        new Stage(SELF, "http://head:1", Optional.empty(), 2),
                        stage("head", "own", 3),
                        stage("a", "m", 4));

        assertThat(whole.last().spec.split())
                .contains(
                        new SplitLayout(
                                2,
                                List.of(
                                        new SplitLayout.Device(5000, 3),
                                        new SplitLayout.Device(6000, 4))));
        assertThat(head.pid()).isEqualTo(whole.last().pid());
        whole.last().becomeReady();
        assertThat(head.ready().block(SOON)).isEqualTo("127.0.0.1:1000");
    }

    @Test
    void doesNotStartTheHeadBeforeAllLinksAreOpen() {
        Sinks.One<RpcLink> opening = Sinks.one();
        next = opening.asMono();

        RunningEngine head = start(stage("a", "m", 9));

        assertThat(whole.started).isEmpty();
        assertThat(head.pid()).isZero();
        opening.tryEmitValue(link());
        assertThat(whole.started).hasSize(1);
    }

    @Test
    void triesAgainWhereAMemberMayCome() {
        RunningEngine head = start(stage("head", "own", 9));
        assertThat(whole.started).isEmpty();

        members.start(Wanted.member("own"));
        servers.last().listen(5000);

        assertThat(head.started().block(SOON)).isEqualTo(1000);
    }

    @Test
    void saysWhichLinkCouldNotBeOpenedAndClosesTheOthers() {
        FakeLink open = (FakeLink) link();
        List<Mono<RpcLink>> answers =
                new ArrayList<>(
                        List.of(
                                Mono.just(open),
                                Mono.error(new LinkRefused("link refused with 403", false))));
        next = Mono.defer(() -> answers.removeFirst());

        RunningEngine head = start(stage("a", "m1", 4), stage("b", "m2", 5));

        StepVerifier.create(head.ready())
                .expectErrorSatisfies(
                        failure ->
                                assertThat(failure)
                                        .isInstanceOf(CaravanException.class)
                                        .hasMessage("member m2 on agent b: link refused with 403"))
                .verify(SOON);
        assertThat(end(head).description()).contains("member m2 on agent b");
        assertThat(open.closed).isTrue();
        assertThat(whole.started).isEmpty();
    }

    @Test
    void killsTheHeadAtOnceWhenALinkIsLostAndSaysWhich() {
        RunningEngine head = start(stage("a", "m", 9));

        links.getFirst().lost.tryEmitValue("the link was closed by its other end");

        assertThat(whole.last().stops).containsExactly(Duration.ZERO);
        whole.last().end(137);
        assertThat(end(head))
                .isEqualTo(
                        new EngineEnd(
                                137,
                                "member m on agent a: the link was closed by its other end; exit"
                                        + " code 137"));
        assertThat(links.getFirst().closed).isTrue();
    }

    @Test
    void namesTheMemberAlsoWhereTheHeadAbortsBeforeTheLossIsSeen() {
        members.start(Wanted.member("own"));
        servers.last().listen(5000);
        RunningEngine head = start(stage("head", "own", 9));

        whole.last().end(134);
        servers.last().end(137);

        assertThat(end(head))
                .isEqualTo(
                        new EngineEnd(
                                134, "member own on agent head: exit code 137; exit code 134"));
    }

    @Test
    void tellsACrashOfTheHeadAsItsOwn() {
        RunningEngine head = start(stage("a", "m", 9));

        whole.last().end(139);

        assertThat(end(head)).isEqualTo(new EngineEnd(139, "exit code 139"));
        assertThat(links.getFirst().closed).isTrue();
    }

    @Test
    void givesItsMembersBackWhenItIsStopped() {
        members.start(Wanted.member("own"));
        servers.last().listen(5000);
        RunningEngine head = start(stage("head", "own", 9));
        assertThat(members.members()).allMatch(Member::isLinked);

        head.stop(Duration.ofSeconds(5));
        assertThat(whole.last().stops).containsExactly(Duration.ofSeconds(5));
        whole.last().end(0);

        assertThat(end(head)).isEqualTo(new EngineEnd(0, "exit code 0"));
        assertThat(members.members()).noneMatch(Member::isLinked);
    }

    @Test
    void leavesNothingOpenWhereItIsStoppedBeforeItStarted() {
        next = Mono.never();
        RunningEngine head = start(stage("a", "m", 9));

        head.stop(Duration.ZERO);

        assertThat(end(head).description()).contains("before it was started");
        assertThat(whole.started).isEmpty();
    }
}
