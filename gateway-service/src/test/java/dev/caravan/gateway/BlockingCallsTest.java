package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
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
}
