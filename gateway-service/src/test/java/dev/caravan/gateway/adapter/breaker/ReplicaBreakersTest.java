package dev.caravan.gateway.adapter.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.app.ReplicaHealth.Call;
import dev.caravan.gateway.app.ReplicaHealth.Outcome;
import dev.caravan.gateway.app.ReplicaHealth.Standing;
import dev.caravan.testkit.ManualClock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplicaBreakersTest {

    private static final ReplicaId ID = new ReplicaId("r");

    private final ManualClock clock = ManualClock.anytime();
    private final ReplicaBreakers breakers = new ReplicaBreakers(clock.withZone(ZoneOffset.UTC));

    private void ended(Outcome outcome, int times) {
        for (int time = 0; time < times; time++) {
            breakers.begin(ID).end(outcome);
        }
    }

    private void isOut() {
        assertThat(breakers.unwell())
                .containsEntry(ID, new Standing.Out(clock.instant().plus(ReplicaBreakers.PAUSE)));
        assertThat(breakers.open()).isEqualTo(1);
    }

    @Test
    void opensAfterFiveFailures() {
        ended(Outcome.FAILED, 4);
        assertThat(breakers.unwell()).isEmpty();

        ended(Outcome.FAILED, 1);

        isOut();
    }

    @Test
    void opensWhereHalfOfTheLastTenFailed() {
        ended(Outcome.WELL, 20);
        ended(Outcome.FAILED, 4);
        assertThat(breakers.unwell()).isEmpty();

        ended(Outcome.FAILED, 1);

        isOut();
    }

    @Test
    void whatIsNotTheReplicasDoingCountsAsNothing() {
        ended(Outcome.FAILED, 4);
        ended(Outcome.NEITHER, 100);
        assertThat(breakers.unwell()).isEmpty();

        ended(Outcome.FAILED, 1);

        isOut();
    }

    @Test
    void letsOneRequestThroughAfterAPause() {
        ended(Outcome.FAILED, 5);
        clock.advance(ReplicaBreakers.PAUSE.plusMillis(1));
        assertThat(breakers.unwell()).isEmpty();

        Call trial = breakers.begin(ID);

        assertThat(breakers.unwell()).containsEntry(ID, new Standing.OnTrial());
        assertThat(breakers.halfOpen()).isEqualTo(1);
        trial.end(Outcome.WELL);
        assertThat(breakers.unwell()).isEmpty();
        assertThat(breakers.halfOpen()).isZero();
    }

    @Test
    void aTrialThatFailsOpensItAgain() {
        ended(Outcome.FAILED, 5);
        clock.advance(ReplicaBreakers.PAUSE.plusMillis(1));

        breakers.begin(ID).end(Outcome.FAILED);

        isOut();
    }

    @Test
    void aTrialWhoseClientLeftIsTriedAgain() {
        ended(Outcome.FAILED, 5);
        clock.advance(ReplicaBreakers.PAUSE.plusMillis(1));

        breakers.begin(ID).end(Outcome.NEITHER);

        assertThat(breakers.unwell()).isEmpty();
        Call next = breakers.begin(ID);
        assertThat(breakers.unwell()).containsEntry(ID, new Standing.OnTrial());
        next.end(Outcome.WELL);
        assertThat(breakers.unwell()).isEmpty();
    }

    @Test
    void requestsThatBeganBeforeItOpenedTellNothingOfTheTrial() {
        Call before = breakers.begin(ID);
        Call another = breakers.begin(ID);
        ended(Outcome.FAILED, 5);
        clock.advance(ReplicaBreakers.PAUSE.plusMillis(1));
        Call trial = breakers.begin(ID);

        before.end(Outcome.WELL);
        another.end(Outcome.NEITHER);

        assertThat(breakers.unwell()).containsEntry(ID, new Standing.OnTrial());
        trial.end(Outcome.WELL);
        assertThat(breakers.unwell()).isEmpty();
    }

    @Test
    void forgetsReplicasThatAreGone() {
        ended(Outcome.FAILED, 5);

        breakers.follow(ClusterView.EMPTY);

        assertThat(breakers.unwell()).isEmpty();
        assertThat(breakers.open()).isZero();
        clock.advance(Duration.ofSeconds(1));
        ended(Outcome.FAILED, 4);
        assertThat(breakers.unwell()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(FaultCode.class)
    void onlyBrokenAndSilentReplicasFailed(FaultCode code) {
        boolean failed = code == FaultCode.UPSTREAM_FAILED || code == FaultCode.UPSTREAM_TIMEOUT;

        assertThat(Outcome.of(new CaravanException(code, "x")))
                .isEqualTo(failed ? Outcome.FAILED : Outcome.NEITHER);
    }

    @Test
    void whatAnEngineRefusesIsNoFailure() {
        assertThat(Outcome.of(new EngineRefusal(500, "x"))).isEqualTo(Outcome.NEITHER);
    }
}
