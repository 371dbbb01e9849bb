package dev.caravan.gateway.config;

import dev.caravan.gateway.api.Draining;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import reactor.core.publisher.Mono;
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
    ApplicationListener<ContextClosedEvent> drain(
            Draining draining, GatewayProperties properties, Scheduler timers) {
        return closing -> {
            if (closing.getApplicationContext().getParent() != null) {
                return;
            }
            log.atInfo().addKeyValue("most", properties.drain()).log("draining");
            draining.begin();
            if (properties.drain().isZero()) {
                draining.end();
                return;
            }
            timers.schedule(draining::end, properties.drain().toMillis(), TimeUnit.MILLISECONDS);
            Mono.delay(LAST_REQUESTS).block();
        };
    }

    /** The web server waits for answers; it has to wait for as long as they may take. */
    @Bean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    DefaultLifecycleProcessor lifecycleProcessor(GatewayProperties properties) {
        DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
        processor.setTimeoutPerShutdownPhase(properties.drain().plus(LAST_BYTES).toMillis());
        return processor;
    }
}
