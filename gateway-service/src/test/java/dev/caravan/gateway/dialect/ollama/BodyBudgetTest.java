package dev.caravan.gateway.dialect.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

class BodyBudgetTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final BodyBudget budget = new BodyBudget(10 << 20, Duration.ofSeconds(30), time);
    private final List<BodyBudget.Lease> leases = new ArrayList<>();
    private final List<Throwable> faults = new ArrayList<>();

    private Disposable ask(long length) {
        return budget.lease(length).subscribe(leases::add, faults::add);
    }

    @Test
    void letsARequestWaitUntilThereIsRoom() {
        ask(6 << 20);
        ask(6 << 20);
        ask(1);
        assertThat(leases).hasSize(1);

        leases.getFirst().release();

        assertThat(leases).hasSize(3);
        assertThat(faults).isEmpty();
    }

    @Test
    void tellsARequestThatWaitedTooLongThatItIsBusy() {
        ask(10 << 20);
        ask(1);

        time.advanceTimeBy(Duration.ofSeconds(31));

        assertThat(faults)
                .singleElement()
                .isInstanceOfSatisfying(
                        CaravanException.class,
                        fault -> assertThat(fault.code()).isEqualTo(FaultCode.QUEUE_FULL));
        leases.getFirst().release();
        ask(10 << 20);
        assertThat(leases).hasSize(2);
    }

    @Test
    void forgetsARequestThatLeaves() {
        ask(10 << 20);
        Disposable leaving = ask(5 << 20);
        ask(1);

        leaving.dispose();
        leases.getFirst().release();

        assertThat(leases).hasSize(2);
        leases.getLast().release();
        ask(10 << 20);
        assertThat(leases).hasSize(3);
    }

    @Test
    void givesABodyThatDoesNotSayItsLengthMoreWhileThereIsSome() {
        ask(-1);
        BodyBudget.Lease lease = leases.getFirst();

        lease.reads(9 << 20);

        assertThatThrownBy(() -> lease.reads(2 << 20)).isInstanceOf(CaravanException.class);
        lease.release();
        ask(10 << 20);
        assertThat(leases).hasSize(2);
    }

    @Test
    void aBodyLargerThanAllRoomGetsAllOfIt() {
        ask(1L << 40);

        assertThat(leases).hasSize(1);
    }
}
