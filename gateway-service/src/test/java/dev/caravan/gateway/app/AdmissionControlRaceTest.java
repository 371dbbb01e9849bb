package dev.caravan.gateway.app;

import static dev.caravan.gateway.app.Fixtures.replica;
import static dev.caravan.gateway.app.Fixtures.request;
import static dev.caravan.gateway.app.Fixtures.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.routing.Router;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.gateway.adapter.breaker.ReplicaBreakers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Arrivals, releases, cancels and loads from many threads at once. */
class AdmissionControlRaceTest {

    private static final int SLOTS = 4;
    private static final int THREADS = 8;
    private static final int ROUNDS = 2_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GatewayMeters meters = new GatewayMeters(registry);
    private final NewestView views = new NewestView();
    private final LoadBoard loads = new LoadBoard(Schedulers.parallel());
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();

    @Test
    void neverGivesASlotTwiceAndGivesAllBack() throws Exception {
        views.offer(view(1, replica("r", SLOTS, 4096)));
        AdmissionControl admission = admission();

        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> work = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long seed = thread;
                work.add(threads.submit(() -> clients(admission, new SplittableRandom(seed))));
            }
            for (Future<?> part : work) {
                part.get();
            }
        }

        await().untilAsserted(
                        () -> {
                            assertThat(registry.get("caravan.queue.depth").gauge().value())
                                    .isZero();
                            assertThat(registry.get("caravan.requests.in.flight").gauge().value())
                                    .isZero();
                        });
        assertThat(mostRunning).hasValueLessThanOrEqualTo(SLOTS);
        assertThat(running).hasValue(0);
        assertThat(served).hasValueGreaterThan(ROUNDS);
    }

    /** A third leave while they wait, the others take their slot and give it back. */
    private void clients(AdmissionControl admission, SplittableRandom random) {
        for (int round = 0; round < ROUNDS; round++) {
            Ticket ticket = admission.open(request("c" + round, 4096));
            if (random.nextInt(3) == 0) {
                Disposable waiting = ticket.slot().subscribe();
                waiting.dispose();
                ticket.release();
            } else {
                ticket.slot()
                        .subscribe(
                                slot -> {
                                    mostRunning.accumulateAndGet(
                                            running.incrementAndGet(), Math::max);
                                    served.incrementAndGet();
                                    Schedulers.parallel().schedule(() -> finish(ticket));
                                });
            }
        }
    }

    private void finish(Ticket ticket) {
        running.decrementAndGet();
        ticket.release();
    }

    private AdmissionControl admission() {
        ReplicaSelector selector =
                new ReplicaSelector(new Router(), views, loads, Schedulers.parallel(), meters);
        ColdStarts coldStarts =
                new ColdStarts(
                        new NoLoader(),
                        Duration.ofSeconds(1),
                        new KeepAlive.Unset(),
                        InstantSource.system(),
                        Schedulers.parallel());
        return new AdmissionControl(
                selector,
                coldStarts,
                new ReplicaBreakers(Clock.systemUTC()),
                new AdmissionControl.Limits(1000, 1_000_000, Duration.ofSeconds(1)),
                Schedulers.parallel(),
                meters);
    }

    private static final class NoLoader implements ModelLoader {
        @Override
        public Mono<Loaded> load(LoadWish wish, Duration patience) {
            return Mono.error(new IllegalStateException("nothing is cold in this test"));
        }

        @Override
        public Mono<Void> unload(String requestId, ModelDigest digest) {
            return Mono.empty();
        }
    }
}
