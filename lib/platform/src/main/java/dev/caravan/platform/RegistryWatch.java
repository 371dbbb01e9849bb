package dev.caravan.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.EventListener;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * Tells whether the registry answers, with one log line a change; Eureka's client, which says so on
 * each failed call, is silenced for it.
 */
public final class RegistryWatch
        implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryWatch.class);

    /** The list is fetched each second; a fetch may take two. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final InstantSource clock;
    private final AtomicBoolean up = new AtomicBoolean(true);
    private volatile Instant lastFetch;
    private Disposable ticks = Disposables.disposed();

    RegistryWatch(InstantSource clock) {
        this.clock = clock;
        this.lastFetch = clock.instant();
    }

    /** Whether the registry answered within the last seconds; true at first. */
    public boolean up() {
        return up.get();
    }

    @EventListener
    void onFetched(HeartbeatEvent event) {
        lastFetch = clock.instant();
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        lastFetch = clock.instant();
        ticks =
                Flux.interval(Duration.ofSeconds(1))
                        .onBackpressureDrop()
                        .subscribe(tick -> judge());
    }

    void judge() {
        Duration silence = Duration.between(lastFetch, clock.instant());
        boolean answers = silence.compareTo(PATIENCE) < 0;
        if (up.compareAndSet(!answers, answers)) {
            if (answers) {
                LOG.atInfo().log("registry answers again");
            } else {
                LOG.atWarn()
                        .addKeyValue("silence", silence)
                        .log("registry does not answer; the neighbours known stay in use");
            }
        }
    }

    @Override
    public void destroy() {
        ticks.dispose();
    }
}
