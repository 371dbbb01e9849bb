package dev.caravan.worker.app.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.app.desired.Wanted;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MemberSupervisorTest {

    private static final MemberId ID = new MemberId("m");
    private static final AgentId HEAD = new AgentId("head");

    private final FakeRpcServers servers = new FakeRpcServers();
    private final ManualClock clock = ManualClock.anytime();
    private final List<String> told = new ArrayList<>();
    private final List<MemberId> ended = new ArrayList<>();
    private final MemberSupervisor members =
            new MemberSupervisor(
                    servers,
                    (kind, subject, detail) ->
                            told.add((kind + " " + subject + " " + detail).strip()),
                    Runnable::run,
                    clock,
                    Duration.ZERO);

    {
        members.onEnded(ended::add);
    }

    private Member member() {
        return members.members().iterator().next();
    }

    private FakeRpcServers.FakeRpcServer ready() {
        members.start(Wanted.member("m"));
        servers.last().listen(5000);
        return servers.last();
    }

    private LinkClaim claim() {
        return ((LinkAnswer.Granted) members.claim(ID, HEAD)).claim();
    }

    @Test
    void tellsWhenAMemberListens() {
        members.start(Wanted.member("m"));
        assertThat(member().state()).isEqualTo(new EngineState.Loading(2000));
        assertThat(members.claim(ID, HEAD)).isInstanceOf(LinkAnswer.NotReady.class);

        clock.advance(Duration.ofMillis(200));
        servers.last().listen(5000);

        assertThat(member().state())
                .isEqualTo(new EngineState.Ready(2000, "127.0.0.1:5000", Duration.ofMillis(200)));
        assertThat(told).containsExactly("MEMBER_READY m");
        assertThat(members.processIds()).containsExactly(2000L);
    }

    @Test
    void givesAMemberToOneHeadAtATime() {
        ready();

        LinkClaim first = claim();

        assertThat(first.port()).isEqualTo(5000);
        assertThat(member().isLinked()).isTrue();
        assertThat(members.claim(ID, HEAD)).isInstanceOf(LinkAnswer.Taken.class);
        assertThat(members.claim(ID, new AgentId("other")))
                .isInstanceOf(LinkAnswer.Forbidden.class);
        assertThat(members.claim(new MemberId("x"), HEAD)).isInstanceOf(LinkAnswer.Absent.class);
        first.release();
        LinkClaim second = claim();
        first.release();
        assertThat(member().isLinked()).isTrue();
        second.release();
        assertThat(member().isLinked()).isFalse();
    }

    @Test
    void tellsItsHeadAndEveryoneWhenAMemberDies() {
        FakeRpcServers.FakeRpcServer server = ready();
        List<String> heard = new ArrayList<>();
        claim().over().subscribe(heard::add);

        server.end(137);

        assertThat(heard).containsExactly("exit code 137");
        assertThat(member().state())
                .isEqualTo(new EngineState.Exited(137, "exit code 137", Duration.ZERO));
        assertThat(told).last().isEqualTo("MEMBER_EXITED m exit code 137");
        assertThat(ended).containsExactly(ID);
        assertThat(members.claim(ID, HEAD)).isInstanceOf(LinkAnswer.Ended.class);
        assertThat(servers.started).hasSize(1);
    }

    @Test
    void doesNotTakeExitCodeZeroForSuccess() {
        members.start(Wanted.member("m"));

        servers.last().end(0);

        assertThat(member().state())
                .isEqualTo(new EngineState.Failed(OptionalInt.of(0), "exit code 0"));
        assertThat(told).containsExactly("MEMBER_EXITED m exit code 0");
    }

    @Test
    void saysThatThereIsNoRpcServerOrThatItDoesNotListen() {
        servers.broken = true;
        members.start(Wanted.member("m"));
        assertThat(told).containsExactly("MEMBER_EXITED m rpc-server: not there");

        servers.broken = false;
        members.start(Wanted.member("late"));
        servers.last().beLate();

        assertThat(told).last().isEqualTo("MEMBER_EXITED late does not listen");
        assertThat(servers.last().kills).isEqualTo(1);
    }

    @Test
    void endsAMemberWithItsLastHeadOnly() {
        FakeRpcServers.FakeRpcServer server = ready();
        LinkClaim claim = claim();

        members.drain(ID);

        assertThat(server.kills).isZero();
        assertThat(member().state()).isInstanceOf(EngineState.Draining.class);
        claim.release();
        assertThat(server.kills).isEqualTo(1);
        assertThat(members.claim(ID, HEAD)).isInstanceOf(LinkAnswer.Ended.class);
        server.end(137);
        assertThat(members.members()).isEmpty();
        assertThat(ended).isEmpty();
    }

    @Test
    void endsAMemberAtOnceThatNoHeadHas() {
        FakeRpcServers.FakeRpcServer server = ready();

        members.drain(ID);

        assertThat(server.kills).isEqualTo(1);
    }

    @Test
    void takesNoNoticeOfMembersThatEndWithTheAgent() {
        FakeRpcServers.FakeRpcServer server = ready();

        members.close();
        server.end(137);

        assertThat(ended).isEmpty();
        assertThat(told).containsExactly("MEMBER_READY m");
    }
}
