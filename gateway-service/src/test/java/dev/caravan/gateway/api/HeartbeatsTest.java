package dev.caravan.gateway.api;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Isolated("virtual time is that of the whole JVM")
class HeartbeatsTest {

    @Test
    void beatsUntilTheAnswerBegins() {
        StepVerifier.withVirtualTime(
                        () ->
                                new Heartbeats(Duration.ofSeconds(10), Schedulers.parallel())
                                        .beside(
                                                Flux.just("a", "b")
                                                        .delaySequence(Duration.ofSeconds(25))
                                                        .concatWith(
                                                                Mono.delay(Duration.ofSeconds(60))
                                                                        .map(_ -> "c")),
                                                () -> "beat"))
                .thenAwait(Duration.ofSeconds(100))
                .expectNext("beat", "beat", "a", "b", "c")
                .verifyComplete();
    }

    @Test
    void isSilentUnlessSomebodyWantsIt() {
        StepVerifier.withVirtualTime(
                        () ->
                                new Heartbeats(Duration.ZERO, Schedulers.parallel())
                                        .beside(
                                                Mono.delay(Duration.ofHours(1))
                                                        .map(_ -> "a")
                                                        .flux(),
                                                () -> "beat"))
                .thenAwait(Duration.ofHours(2))
                .expectNext("a")
                .verifyComplete();
    }

    @Test
    void endsWithAnAnswerThatFails() {
        StepVerifier.withVirtualTime(
                        () ->
                                new Heartbeats(Duration.ofSeconds(10), Schedulers.parallel())
                                        .beside(
                                                Mono.delay(Duration.ofSeconds(15))
                                                        .<String>then(
                                                                Mono.error(
                                                                        new IllegalStateException(
                                                                                "no")))
                                                        .flux(),
                                                () -> "beat"))
                .thenAwait(Duration.ofSeconds(30))
                .expectNext("beat")
                .verifyErrorMessage("no");
    }
}
