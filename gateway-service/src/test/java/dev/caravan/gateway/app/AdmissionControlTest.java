package dev.caravan.gateway.app;

import static dev.caravan.gateway.app.Fixtures.AGENT;
import static dev.caravan.gateway.app.Fixtures.agent;
import static dev.caravan.gateway.app.Fixtures.replica;
import static dev.caravan.gateway.app.Fixtures.request;
import static dev.caravan.gateway.app.Fixtures.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.routing.Router;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.gateway.adapter.breaker.ReplicaBreakers;
import dev.caravan.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class AdmissionControlTest {

    private static final Duration COLD_WAIT = Duration.ofSeconds(60);

    private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GatewayMeters meters = new GatewayMeters(registry);
    private final NewestView views = new NewestView();
    private final LoadBoard loads = new LoadBoard(timers);
    private final ReplicaSelector selector =
            new ReplicaSelector(new Router(), views, loads, timers, meters);
    private final ManualClock clock = ManualClock.anytime();
    private final ReplicaBreakers breakers = new ReplicaBreakers(clock.withZone(ZoneOffset.UTC));
    private final FakeLoader loader = new FakeLoader();
    private final AdmissionControl admission = admission(1000, 100);
    private final List<String> events = new ArrayList<>();

    @AfterEach
    void stopTimers() {
        timers.dispose();
    }

    @Test
    void grantsSlotsInTheOrderOfArrival() {
        views.offer(view(1, replica("r", 2, 4096)));
        List<Ticket> tickets = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            tickets.add(arrive("c" + index));
        }

        assertThat(events).containsExactly("c0 on r", "c1 on r");
        tickets.get(1).release();
        tickets.get(0).release();
        tickets.get(3).release();

        assertThat(events).containsExactly("c0 on r", "c1 on r", "c2 on r", "c3 on r", "c4 on r");
    }

    @Test
    void sendsOneThatWasTurnedAwayBackToTheFront() {
        views.offer(view(1, replica("r", 1, 4096)));
        Ticket first = arrive("first");
        arrive("second");
        arrive("third");

        loads.change(AGENT, Map.of(new ReplicaId("r"), 1));
        ask(first, "first");
        loads.change(AGENT, Map.of(new ReplicaId("r"), 0));

        assertThat(events).containsExactly("first on r", "first on r");
    }

    @Test
    void waitsForTheSlotsThatOthersHold() {
        views.offer(view(1, replica("r", 4, 4096)));
        loads.snapshot(AGENT, Map.of(new ReplicaId("r"), 4));
        arrive("waits");
        assertThat(events).isEmpty();

        loads.change(AGENT, Map.of(new ReplicaId("r"), 3));

        assertThat(events).containsExactly("waits on r");
    }

    @Test
    void aRefusalHoldsForAMomentOnly() {
        views.offer(view(1, replica("r", 4, 4096)));
        loads.refused(new ReplicaId("r"), 4);
        arrive("waits");
        assertThat(events).isEmpty();

        timers.advanceTimeBy(LoadBoard.REFUSAL_HOLDS);

        assertThat(events).containsExactly("waits on r");
    }

    @Test
    void refusesWhoeverWouldWaitInALineThatIsFull() {
        AdmissionControl small = admission(1000, 1);
        views.offer(view(1, replica("r", 1, 4096)));
        ask(small.open(request("runs", 4096)), "runs");
        ask(small.open(request("waits", 4096)), "waits");

        ask(small.open(request("refused", 4096)), "refused");

        assertThat(events).containsExactly("runs on r", "refused: QUEUE_FULL");
        assertThat(registry.get("caravan.queue.depth").gauge().value()).isEqualTo(1);
    }

    @Test
    void holdsNoMoreInFlightThanAllowed() {
        AdmissionControl narrow = admission(1, 10);
        views.offer(view(1, replica("r", 4, 4096)));
        Ticket runs = narrow.open(request("runs", 4096));
        ask(runs, "runs");

        ask(narrow.open(request("waits", 4096)), "waits");
        assertThat(events).containsExactly("runs on r");
        runs.release();

        assertThat(events).containsExactly("runs on r", "waits on r");
    }

    @Test
    void oneLoadServesAllWhoWaitForIt() {
        views.offer(view(1));
        arrive("c0");
        arrive("c1");
        arrive("c2");
        timers.advanceTime();
        assertThat(loader.wishes).hasSize(1);

        loader.ready(replica("fresh", 2, 4096));

        assertThat(events).containsExactly("c0 on fresh", "c1 on fresh");
    }

    @Test
    void whatIsLoadedAlreadyServesThoseBehindOneThatWaitsForALoad() {
        views.offer(view(1, replica("small", 4, 4096)));

        ask(admission.open(request("needs more", 8192)), "needs more");
        arrive("behind");

        assertThat(events).containsExactly("behind on small");
    }

    @Test
    void asksAgainAtOnceForAnotherWhereTheLoadedReplicaDoesNotAnswer() {
        views.offer(view(1));
        Ticket ticket = arrive("c0");
        timers.advanceTime();
        loader.ready(replica("dead", 2, 4096));

        failsOn(ticket, "dead");
        timers.advanceTime();
        loader.ready(replica("alive", 2, 4096));

        assertThat(loader.wishes)
                .extracting(LoadWish::avoided)
                .containsExactly(Set.of(), Set.of(new ReplicaId("dead")));
        assertThat(events).containsExactly("c0 on dead", "c0 on alive");
    }

    @Test
    void asksAgainAfterAPauseWhereOneThatWasLoadedAnewDoesNotAnswerEither() {
        loadedTwiceInVain();
        timers.advanceTime();
        assertThat(loader.wishes).hasSize(2);

        timers.advanceTimeBy(Duration.ofMillis(250));
        assertThat(loader.wishes).hasSize(3);
    }

    @Test
    void aLoadThatIsHeldBackIsNotMadeWhenNobodyWaitsForItAnyMore() {
        Ticket ticket = loadedTwiceInVain();

        ticket.release();
        timers.advanceTimeBy(Duration.ofSeconds(5));

        assertThat(loader.wishes).hasSize(2);
    }

    @Test
    void oneThatAvoidsAReplicaDoesNotJoinALoadThatMayEndInIt() {
        views.offer(view(1));
        Ticket ticket = arrive("c0");
        timers.advanceTime();
        loader.ready(replica("dead", 1, 4096));
        failsOn(ticket, "dead");
        timers.advanceTimeBy(ReplicaSelector.LEARNED_HOLDS);

        arrive("c1");
        timers.advanceTimeBy(Duration.ofMillis(250));

        assertThat(loader.wishes)
                .extracting(LoadWish::avoided)
                .containsExactly(Set.of(), Set.of(new ReplicaId("dead")), Set.of());
    }

    @Test
    void triesTheReplicaThatFailedOnceMoreWhereThereIsNoOther() {
        views.offer(view(1, replica("only", 1, 4096)));
        Ticket ticket = arrive("c0");

        failsOn(ticket, "only");
        timers.advanceTime();
        loader.fail(new CaravanException(FaultCode.NO_CAPACITY, "no other agent"));
        failsOn(ticket, "only");
        timers.advanceTime();
        loader.fail(new CaravanException(FaultCode.NO_CAPACITY, "no other agent"));

        assertThat(events).containsExactly("c0 on only", "c0 on only", "c0: NO_CAPACITY");
    }

    @Test
    void aLoadThatFailsIsToldToAllWhoWaitForIt() {
        views.offer(view(1));
        arrive("c0");
        arrive("c1");
        timers.advanceTime();

        loader.fail(new CaravanException(FaultCode.LOAD_FAILED, "exit code 1"));

        assertThat(events).containsExactly("c0: LOAD_FAILED", "c1: LOAD_FAILED");
        assertThat(registry.get("caravan.queue.depth").gauge().value()).isZero();
    }

    @Test
    void nobodyWaitsForALoadLongerThanTheColdWait() {
        views.offer(view(1));
        arrive("c0");

        timers.advanceTimeBy(COLD_WAIT);

        assertThat(events).containsExactly("c0: NO_CAPACITY");
    }

    @Test
    void aNewerViewServesThoseWhoWaitForALoad() {
        views.offer(view(1));
        arrive("c0");

        views.offer(view(2, replica("r", 1, 4096)));
        admission.wake();

        assertThat(events).containsExactly("c0 on r");
    }

    @Test
    void whoLeavesTheLineIsNotServed() {
        views.offer(view(1, replica("r", 1, 4096)));
        Ticket runs = arrive("runs");
        Ticket leaves = admission.open(request("leaves", 4096));
        Disposable waiting = ask(leaves, "leaves");
        arrive("stays");

        waiting.dispose();
        leaves.release();
        runs.release();

        assertThat(events).containsExactly("runs on r", "stays on r");
    }

    @Test
    void aTicketIsReleasedOnceHoweverOftenItIsAsked() {
        views.offer(view(1, replica("r", 1, 4096)));
        Ticket runs = arrive("runs");
        arrive("second");
        arrive("third");

        runs.leaveSlot();
        runs.release();
        runs.release();

        assertThat(events).containsExactly("runs on r", "second on r");
        assertThat(registry.get("caravan.requests.in.flight").gauge().value()).isEqualTo(1);
    }

    @Test
    void refusesAModelThatIsOnNoDiskAnyMore() {
        arrive("c0");

        assertThat(events).containsExactly("c0: MODEL_NOT_FOUND");
    }

    private void fail(String replica, int times) {
        for (int time = 0; time < times; time++) {
            breakers.begin(new ReplicaId(replica)).end(ReplicaHealth.Outcome.FAILED);
        }
    }

    @Test
    void leavesOutAReplicaThatFailedTooOften() {
        views.offer(view(1, replica("bad", 4, 4096), replica("good", 2, 4096)));
        fail("bad", 5);

        arrive("c0");
        arrive("c1");
        arrive("waits");

        assertThat(events).containsExactly("c0 on good", "c1 on good");
    }

    @Test
    void refusesAtOnceWhereTheOnlyReplicaFailedTooOften() {
        views.offer(view(1, replica("r", 4, 4096)));
        fail("r", 5);
        Ticket ticket = admission.open(request("c0", 4096));

        StepVerifier.create(ticket.slot())
                .verifyErrorSatisfies(
                        fault -> {
                            assertThat(((CaravanException) fault).code())
                                    .isEqualTo(FaultCode.UPSTREAM_FAILED);
                            assertThat(fault)
                                    .hasMessage(
                                            "model toy:latest: its replica failed too often of late and there is no other; it is tried again at "
                                                    + clock.instant()
                                                            .plusSeconds(10)
                                                            .truncatedTo(ChronoUnit.SECONDS));
                        });
        assertThat(loader.wishes).isEmpty();
    }

    @Test
    void oneRequestFindsOutWhetherAReplicaIsWellAgain() {
        views.offer(view(1, replica("r", 4, 4096)));
        fail("r", 5);
        clock.advance(Duration.ofSeconds(11));
        Ticket first = arrive("first");
        arrive("second");
        arrive("third");
        assertThat(events).containsExactly("first on r");

        first.went(ReplicaHealth.Outcome.WELL);
        first.release();

        assertThat(events).containsExactly("first on r", "second on r", "third on r");
    }

    @Test
    void whereThatFailsTheOthersAreRefused() {
        views.offer(view(1, replica("r", 4, 4096)));
        fail("r", 5);
        clock.advance(Duration.ofSeconds(11));
        Ticket first = arrive("first");
        arrive("second");

        first.went(ReplicaHealth.Outcome.FAILED);
        first.release();

        assertThat(events).containsExactly("first on r", "second: UPSTREAM_FAILED");
    }

    @Test
    void aClientThatLeavesTellsNothing() {
        views.offer(view(1, replica("r", 4, 4096)));
        for (int client = 0; client < 20; client++) {
            arrive("c").release();
        }
        assertThat(breakers.unwell()).isEmpty();
        fail("r", 5);
        clock.advance(Duration.ofSeconds(11));
        arrive("leaves").release();
        events.clear();

        arrive("next");

        assertThat(events).containsExactly("next on r");
    }

    @Test
    void aTicketTellsOfEachSlotThatItHad() {
        views.offer(view(1, replica("r", 4, 4096)));
        for (int time = 0; time < 5; time++) {
            Ticket ticket = arrive("c");
            ticket.went(ReplicaHealth.Outcome.FAILED);
            ticket.leaveSlot();
            ask(ticket, "again");
            ticket.release();
        }

        // each failed once, and once went nowhere
        assertThat(breakers.unwell()).containsOnlyKeys(new ReplicaId("r"));
    }

    private AdmissionControl admission(int maxInFlight, int maxQueued) {
        ColdStarts coldStarts =
                new ColdStarts(
                        loader, COLD_WAIT, new KeepAlive.Unset(), InstantSource.system(), timers);
        AdmissionControl control =
                new AdmissionControl(
                        selector,
                        coldStarts,
                        breakers,
                        new AdmissionControl.Limits(maxInFlight, maxQueued, COLD_WAIT),
                        timers,
                        meters);
        loads.onChange(control::wake);
        return control;
    }

    /** What was loaded does not answer, nor does what was loaded then; it asks a third time. */
    private Ticket loadedTwiceInVain() {
        views.offer(view(1));
        Ticket ticket = arrive("c0");
        for (int load = 0; load < 2; load++) {
            timers.advanceTime();
            loader.ready(replica("dead", 2, 4096));
            failsOn(ticket, "dead");
        }
        return ticket;
    }

    private void failsOn(Ticket ticket, String replica) {
        ticket.leaveSlot();
        ticket.avoid(new ReplicaId(replica));
        ask(ticket, "c0");
    }

    private Ticket arrive(String id) {
        Ticket ticket = admission.open(request(id, 4096));
        ask(ticket, id);
        return ticket;
    }

    private Disposable ask(Ticket ticket, String id) {
        return ticket.slot()
                .subscribe(
                        slot -> events.add(id + " on " + slot.replica().id()),
                        fault -> events.add(id + ": " + ((CaravanException) fault).code()));
    }

    /** Answers when the test says so. */
    private static final class FakeLoader implements ModelLoader {

        private final List<LoadWish> wishes = new ArrayList<>();
        private Sinks.One<Loaded> load = Sinks.one();

        @Override
        public Mono<Loaded> load(LoadWish wish, Duration patience) {
            wishes.add(wish);
            load = Sinks.one();
            return load.asMono();
        }

        void ready(ReplicaSnapshot replica) {
            load.tryEmitValue(new Loaded(replica, agent())).orThrow();
        }

        void fail(CaravanException fault) {
            load.tryEmitError(fault).orThrow();
        }

        @Override
        public Mono<Void> unload(String requestId, ModelDigest digest) {
            return Mono.empty();
        }
    }
}
