package dev.caravan.worker.app.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.Continuation;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.app.desired.Wanted;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.group.FakeRpcServers.FakeRpcServer;
import dev.caravan.worker.app.group.RpcServers.Sight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which RPC server outlives its group, for how long and for whom. */
class KeptServersTest {

    private static final Duration KEEP = Duration.ofSeconds(10);
    private static final AgentId HEAD = new AgentId("head");

    private final FakeRpcServers servers = new FakeRpcServers();
    private final ManualClock clock = ManualClock.anytime();
    private MemberSupervisor members = keeping(KEEP);

    private MemberSupervisor keeping(Duration time) {
        return new MemberSupervisor(servers, (_, _, _) -> {}, Runnable::run, clock, time);
    }

    private FakeRpcServer ready(String id) {
        members.start(Wanted.member(id));
        servers.last().listen(5000 + servers.started.size());
        return servers.last();
    }

    private LinkClaim claim(String id) {
        return ((LinkAnswer.Granted) members.claim(new MemberId(id), HEAD)).claim();
    }

    /** The head of its group comes and goes; then it is not wanted any more. */
    private FakeRpcServer broken(String id) {
        FakeRpcServer server = ready(id);
        claim(id).release();
        members.drain(new MemberId(id));
        return server;
    }

    @Test
    void oneWhoseHeadLeftServesTheNextGroup() {
        FakeRpcServer first = broken("a");
        assertThat(first.kills).isZero();

        clock.advance(Duration.ofSeconds(9));
        members.endKept();
        members.start(Wanted.member("b"));

        assertThat(servers.started).containsExactly(first);
        assertThat(members.members())
                .singleElement()
                .satisfies(
                        member -> {
                            assertThat(member.id()).isEqualTo(new MemberId("b"));
                            assertThat(member.isLinked()).isFalse();
                            assertThat(member.state())
                                    .isEqualTo(
                                            new EngineState.Ready(
                                                    first.pid(), "127.0.0.1:5001", Duration.ZERO));
                        });
        assertThat(claim("b").port()).isEqualTo(5001);
    }

    @Test
    void itBelongsToNoMemberMeanwhile() {
        broken("a");

        assertThat(members.members()).isEmpty();
        assertThat(members.processIds()).isEmpty();
        assertThat(members.claim(new MemberId("a"), HEAD)).isInstanceOf(LinkAnswer.Absent.class);
    }

    @Test
    void itEndsWhenItsTimeIsOver() {
        FakeRpcServer server = broken("a");

        clock.advance(KEEP);
        members.endKept();
        members.endKept();

        assertThat(server.kills).isEqualTo(1);
        assertThat(ready("b")).isNotSameAs(server);
    }

    @Test
    void itsTimeIsOverAlsoWhereNobodyLookedMeanwhile() {
        FakeRpcServer server = broken("a");

        clock.advance(KEEP);

        assertThat(ready("b")).isNotSameAs(server);
        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void aNormalUnloadEndsItAtOnce() {
        FakeRpcServer server = ready("a");
        LinkClaim claim = claim("a");

        members.drain(new MemberId("a"));
        claim.release();

        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void oneThatNoHeadEverHadIsNotKept() {
        FakeRpcServer server = ready("a");

        members.drain(new MemberId("a"));

        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void oneThatStandsStillIsNotKept() {
        FakeRpcServer server = ready("a");
        claim("a").release();
        server.sight = Sight.STUCK;

        members.drain(new MemberId("a"));

        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void oneThatStoppedWhileItWasKeptIsNotUsedAgain() {
        FakeRpcServer server = broken("a");
        server.sight = Sight.STUCK;

        assertThat(ready("b")).isNotSameAs(server);
        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void oneThatStillFreesItsMemoryIsNotWaitedFor() {
        FakeRpcServer server = ready("a");
        claim("a").release();
        server.sight = Sight.TAKEN;
        members.drain(new MemberId("a"));
        assertThat(server.kills).isZero();

        assertThat(ready("b")).isNotSameAs(server);

        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void oneThatDoesNotGetFreeWithinASecondEnds() {
        FakeRpcServer server = broken("a");
        server.sight = Sight.TAKEN;

        clock.advance(Duration.ofMillis(999));
        members.endKept();
        assertThat(server.kills).isZero();
        clock.advance(Duration.ofMillis(1));
        members.endKept();

        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void oneThatHasEndedIsNotUsedAgain() {
        FakeRpcServer server = broken("a");

        server.end(137);

        assertThat(ready("b")).isNotSameAs(server);
        assertThat(members.members()).hasSize(1);
    }

    @Test
    void oneThatWasStartedOtherwiseIsLeftForWhoeverItSuits() {
        FakeRpcServer exact = broken("a");
        WantedMember like = Wanted.member("b");
        WantedMember fluent =
                new WantedMember(
                        like.id(),
                        like.group(),
                        like.model(),
                        like.digest(),
                        like.head(),
                        like.firstLayer(),
                        like.layers(),
                        Continuation.FLUENT,
                        like.memory());

        members.start(fluent);
        assertThat(servers.last()).isNotSameAs(exact);
        members.start(Wanted.member("c"));

        assertThat(servers.started).hasSize(2);
        assertThat(exact.kills).isZero();
    }

    @Test
    void eachServesOneMember() {
        FakeRpcServer first = broken("a");

        members.start(Wanted.member("b"));
        FakeRpcServer second = ready("c");

        assertThat(servers.started).containsExactly(first, second);
    }

    @Test
    void oneThatWasUsedAgainAndDiesIsToldOnceAsTheMemberItIs() {
        FakeRpcServer server = broken("a");
        List<MemberId> ended = new ArrayList<>();
        members.onEnded(ended::add);
        members.start(Wanted.member("b"));

        server.end(137);

        assertThat(ended).containsExactly(new MemberId("b"));
        assertThat(members.members())
                .singleElement()
                .satisfies(
                        member ->
                                assertThat(member.state()).isInstanceOf(EngineState.Exited.class));
    }

    @Test
    void aGroupThatBreaksTwiceKeepsItsServer() {
        FakeRpcServer server = broken("a");
        members.start(Wanted.member("b"));
        claim("b").release();
        members.drain(new MemberId("b"));

        members.start(Wanted.member("c"));

        assertThat(servers.started).containsExactly(server);
        assertThat(server.kills).isZero();
    }

    @Test
    void nothingIsKeptWhereTheSettingSaysSo() {
        members = keeping(Duration.ZERO);

        assertThat(broken("a").kills).isEqualTo(1);
    }
}
