package dev.caravan.gateway.config;

import dev.caravan.gateway.api.Draining;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import reactor.core.scheduler.Scheduler;

/**
 * How a gateway ends. It is no longer ready from the start; for a moment it still takes requests,
 * so that clients with open connections hear that these close; then new connections are refused and
 * what runs may finish.
 */
@Configuration(proxyBeanMethods = false)
class DrainConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DrainConfiguration.class);

    private static final Duration LAST_REQUESTS = Duration.ofMillis(500);

    /** For the bytes of the last answers. */
    private static final Duration LAST_BYTES = Duration.ofSeconds(5);

    @Bean
    Draining draining() {
        return new Draining();
    }

    @Bean
    Drain drain(Draining draining, GatewayProperties properties, Scheduler timers) {
        return new Drain(draining, properties.drain(), timers);
    }

    /** The web server waits for answers; it has to wait for as long as they may take. */
    @Bean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    DefaultLifecycleProcessor lifecycleProcessor(GatewayProperties properties) {
        DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
        processor.setTimeoutPerShutdownPhase(properties.drain().plus(LAST_BYTES).toMillis());
        return processor;
    }

    /** Stops before the web server does. */
    record Drain(Draining draining, Duration most, Scheduler timers, AtomicBoolean begun)
            implements SmartLifecycle {

        Drain(Draining draining, Duration most, Scheduler timers) {
            this(draining, most, timers, new AtomicBoolean());
        }

        @Override
        public void start() {}

        @Override
        public boolean isRunning() {
            return !begun.get();
        }

        @Override
        public void stop() {
            begun.set(true);
            log.atInfo().addKeyValue("most", most).log("draining");
            draining.begin();
            timers.schedule(draining::end, most.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void stop(Runnable stopped) {
            stop();
            long more = most.isZero() ? 0 : LAST_REQUESTS.toMillis();
            timers.schedule(stopped, more, TimeUnit.MILLISECONDS);
        }
    }
}
