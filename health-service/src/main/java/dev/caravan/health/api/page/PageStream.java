package dev.caravan.health.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * What browsers that look on are sent: the whole state, then again on change, and a heartbeat where
 * nothing changes, by which a dead connection is noticed.
 *
 * <p>An element of the stream is an occasion, not a state: what is sent is decided when the writer
 * comes to it, and nothing is while the connection has not taken what was sent before. (The writer
 * itself does not wait for the socket; it would queue without end.) So a slow browser misses states
 * and then gets the newest, and one that takes nothing for a minute is cut off.
 */
final class PageStream {

    static final Duration PACE = Duration.ofMillis(500);

    /** By what the page knows that the connection lives; proxies too give up on silent ones. */
    static final Duration HEARTBEAT = Duration.ofSeconds(5);

    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Each holds a connection and one state; a page that anybody may open needs an end. */
    static final int MOST_BROWSERS = 100;

    private static final byte[] BEAT = ": heartbeat\nevent: beat\ndata: 1\n\n".getBytes(UTF_8);
    private static final int OCCASIONS_TO_HEARTBEAT = (int) HEARTBEAT.dividedBy(PACE);
    private static final int OCCASIONS_TO_CUT = (int) PATIENCE.dividedBy(PACE);

    /** A browser's connection. */
    interface Wire {

        /** Whether what was written before has left, or nearly so. */
        boolean ready();

        void cut();
    }

    private final Supplier<PageFeed.Event> newest;
    private final Scheduler timers;
    private final AtomicInteger browsers = new AtomicInteger();
    private final Sinks.Empty<Void> closing = Sinks.empty();

    PageStream(Supplier<PageFeed.Event> newest, Scheduler timers) {
        this.newest = newest;
        this.timers = timers;
    }

    /** Browsers that look on now. */
    int browsers() {
        return browsers.get();
    }

    /** Ends all streams: they would hold up the shutdown, which waits for what is running. */
    void close() {
        closing.tryEmitEmpty();
    }

    /** Occasions to write, until the browser leaves; empty where too many look on already. */
    Optional<Flux<Mono<byte[]>>> open(Wire wire) {
        if (browsers.get() >= MOST_BROWSERS) {
            return Optional.empty();
        }
        var browser = new Browser(wire);
        return Optional.of(
                Flux.interval(Duration.ZERO, PACE, timers)
                        .onBackpressureDrop()
                        .map(_ -> Mono.defer(() -> Mono.justOrEmpty(browser.next())))
                        .takeUntilOther(closing.asMono())
                        .doFirst(browsers::incrementAndGet)
                        .doFinally(_ -> browsers.decrementAndGet()));
    }

    /** What one browser has been sent; used by one writer at a time. */
    private final class Browser {

        private final Wire wire;
        private long number;
        private int quiet;
        private int stalled;

        private Browser(Wire wire) {
            this.wire = wire;
        }

        Optional<byte[]> next() {
            if (!wire.ready()) {
                if (++stalled == OCCASIONS_TO_CUT) {
                    wire.cut();
                }
                return Optional.empty();
            }
            stalled = 0;
            PageFeed.Event event = newest.get();
            if (event.number() != number) {
                number = event.number();
                quiet = 0;
                return Optional.of(event.bytes());
            }
            quiet = (quiet + 1) % OCCASIONS_TO_HEARTBEAT;
            return quiet == 0 ? Optional.of(BEAT) : Optional.empty();
        }
    }
}
