package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The guard that all other tests of this module run under does guard. */
class BlockingCallsTest {

    @Test
    void aBlockingCallOnAnEventThreadIsRefused() {
        Mono<Integer> blocking =
                Mono.fromCallable(
                                () -> {
                                    Thread.sleep(1);
                                    return 1;
                                })
                        .subscribeOn(Schedulers.parallel());

        assertThatThrownBy(() -> blocking.block(Duration.ofSeconds(5)))
                .hasMessageContaining("Blocking call!");
    }

    @Test
    void aLockThatAnotherThreadHoldsForAMomentIsWaitedFor() {
        ReentrantLock lock = new ReentrantLock();
        lock.lock();
        Mono<Integer> contended =
                Mono.fromCallable(
                                () -> {
                                    lock.lock();
                                    lock.unlock();
                                    return 1;
                                })
                        .subscribeOn(Schedulers.parallel());

        var waits = contended.toFuture();
        Awaitility.await().until(lock::hasQueuedThreads);
        lock.unlock();

        assertThat(waits.orTimeout(5, TimeUnit.SECONDS).join()).isEqualTo(1);
    }
}
