package dev.caravan.worker.app.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.run.OptionValues;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.adapter.files.DesiredJsonFile;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.FakeEngines;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.engine.Stages;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.FakeRpcServers;
import dev.caravan.worker.app.group.MemberSupervisor;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconcileLoopTest {

    @TempDir private Path folder;

    private FakeEngines engines = new FakeEngines();
    private ReconcileLoop loop;
    private EngineSupervisor supervisor;
    private FakeRpcServers servers;
    private MemberSupervisor members;

    @BeforeEach
    void startAgent() {
        engines = new FakeEngines();
        supervisor =
                new EngineSupervisor(
                        engines,
                        Optional.empty(),
                        new FakeStore(),
                        (_, _, _) -> {},
                        Runnable::run,
                        ManualClock.anytime(),
                        4,
                        Duration.ofMinutes(5));
        servers = new FakeRpcServers();
        members =
                new MemberSupervisor(
                        servers,
                        (_, _, _) -> {},
                        Runnable::run,
                        ManualClock.anytime(),
                        Duration.ZERO);
        loop =
                new ReconcileLoop(
                        new DesiredJsonFile(folder.resolve("agent/desired.json")),
                        supervisor,
                        members,
                        Runnable::run);
        loop.start();
    }

    private ReconcileLoop.Answer offer(long epoch, long generation, String... ids) {
        return Objects.requireNonNull(
                loop.offer(
                                new Version(epoch, generation),
                                new Wishes(Stream.of(ids).map(Wanted::engine).toList(), List.of()))
                        .block());
    }

    private List<String> running() {
        return supervisor.replicas().stream().map(Replica::id).map(ReplicaId::value).toList();
    }

    @Test
    void takesOnANewerStateAndFollowsIt() {
        assertThat(offer(1, 1, "a").accepted()).isTrue();
        assertThat(offer(1, 2, "a", "b").accepted()).isTrue();

        assertThat(running()).containsExactly("a", "b");
        assertThat(engines.started).hasSize(2);
    }

    @Test
    void refusesAnOlderStateAndSaysWhichItHolds() {
        offer(7, 3, "a");

        assertThat(offer(7, 2)).isEqualTo(new ReconcileLoop.Answer(false, new Version(7, 3)));
        assertThat(offer(6, 99)).isEqualTo(new ReconcileLoop.Answer(false, new Version(7, 3)));
        assertThat(running()).containsExactly("a");
    }

    @Test
    void refusesAnOlderStateAfterARestartToo() {
        offer(7, 3, "a");

        startAgent();

        assertThat(offer(6, 99).accepted()).isFalse();
        assertThat(loop.version()).isEqualTo(new Version(7, 3));
        assertThat(running()).containsExactly("a");
    }

    @Test
    void acceptsTheSameStateAgainWithoutDoingAnything() {
        offer(1, 1, "a");

        assertThat(offer(1, 1, "a").accepted()).isTrue();
        assertThat(engines.started).hasSize(1);
    }

    @Test
    void startsAfterARestartWhatWasLoadingOrReady() {
        offer(1, 1, "loading", "ready");
        engines.last().becomeReady();

        startAgent();

        assertThat(running()).containsExactly("loading", "ready");
        assertThat(engines.started).hasSize(2);
    }

    @Test
    void doesNotStartAfterARestartWhatHadEnded() {
        offer(1, 1, "a", "b");
        engines.started.getFirst().becomeReady();
        engines.started.getFirst().end(137);
        engines.started.getLast().end(1);

        startAgent();

        assertThat(engines.started).isEmpty();
        assertThat(offer(1, 2, "c").accepted()).isTrue();
        assertThat(running()).containsExactly("c");
    }

    @Test
    void holdsNothingWhereTheFileIsUnreadable() throws Exception {
        offer(1, 1, "a");
        Files.writeString(folder.resolve("agent/desired.json"), "{\"epoch\":");

        startAgent();

        assertThat(loop.version()).isEqualTo(Version.NONE);
        assertThat(offer(1, 1, "a").accepted()).isTrue();
    }

    @Test
    void doesNotTakeOnAStateThatItCannotSave() throws Exception {
        Files.createDirectories(folder.resolve("agent/desired.json"));

        assertThatThrownBy(() -> offer(1, 1, "a")).isInstanceOf(UncheckedIOException.class);

        assertThat(loop.version()).isEqualTo(Version.NONE);
        assertThat(engines.started).isEmpty();
    }

    private void lend(long generation, String... ids) {
        loop.offer(
                        new Version(1, generation),
                        new Wishes(List.of(), Stream.of(ids).map(Wanted::member).toList()))
                .block();
    }

    @Test
    void startsMembersAgainAfterARestartAndNotThoseThatHadEnded() {
        lend(1, "m1", "m2");
        servers.last().end(137);

        startAgent();

        assertThat(servers.started).hasSize(1);
        assertThat(members.members()).extracting(member -> member.id().value()).contains("m1");
    }

    @Test
    void endsMembersThatAreNoLongerWanted() {
        lend(1, "m1");

        lend(2);

        assertThat(servers.last().kills).isEqualTo(1);
    }

    @Test
    void knowsTheStagesAndOptionsOfAnEngineAfterARestart() {
        var stages =
                new Stages(
                        List.of(
                                new Stage(new AgentId("a"), "http://a:1", Optional.empty(), 4),
                                new Stage(
                                        new AgentId("b"),
                                        "http://b:1",
                                        Optional.of(new MemberId("m")),
                                        5)));
        WantedEngine whole = Wanted.engine("split");
        var split =
                new WantedEngine(
                        whole.id(),
                        whole.model(),
                        whole.digest(),
                        whole.contextLength(),
                        whole.slots(),
                        whole.continuation(),
                        whole.keepAlive(),
                        stages,
                        List.of("-ub", "3"),
                        new OptionValues(Map.of("num_batch", 64)).loading());
        loop.offer(new Version(1, 1), new Wishes(List.of(split), List.of())).block();

        startAgent();

        assertThat(engines.last().spec.stages()).isEqualTo(stages);
        assertThat(engines.last().spec.loading().batch()).hasValue(64);
        assertThat(engines.last().spec.options()).containsExactly("-ub", "3");
    }
}
