package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Proves that a blocking call on an event loop would fail the other tests. */
class EventLoopsDoNotBlockTest {

    @Test
    void aPlantedBlockingCallIsRefused() {
        Mono<Boolean> planted =
                Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                        .subscribeOn(Schedulers.parallel());

        assertThatThrownBy(planted::block)
                .hasStackTraceContaining("reactor.blockhound.BlockingOperationError");
    }
}
