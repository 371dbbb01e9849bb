package dev.caravan.health.config;

import dev.caravan.health.app.HealthRounds;
import dev.caravan.wire.AgentReport;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/** Starts a round each second; one that waits for a slow agent does not hold up the next. */
final class HealthTicks implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration RECALL_RETRY = Duration.ofSeconds(2);
    private static final int ROUNDS_AT_ONCE = 4;

    private final HealthRounds<AgentReport> rounds;
    private final HealthMeters meters;
    private final Disposable.Composite running = Disposables.composite();

    HealthTicks(HealthRounds<AgentReport> rounds, HealthMeters meters) {
        this.rounds = rounds;
        this.meters = meters;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        running.add(
                rounds.recall()
                        .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RECALL_RETRY))
                        .subscribe());
        running.add(
                Flux.interval(Duration.ZERO, INTERVAL)
                        .onBackpressureDrop()
                        .doOnNext(number -> meters.refresh())
                        .flatMap(rounds::round, ROUNDS_AT_ONCE)
                        .subscribe());
    }

    @Override
    public void destroy() {
        running.dispose();
    }
}
