package dev.caravan.testkit;

import java.util.concurrent.locks.ReentrantLock;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.context.event.ApplicationStartingEvent;
import org.springframework.boot.context.event.SpringApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Services that start at the same time in one JVM set up its one logging system one after another:
 * Spring Boot's set-up of Logback cannot stand to be run twice at once.
 */
final class OneLoggingSystem implements ApplicationListener<SpringApplicationEvent>, Ordered {

    private static final ReentrantLock SET_UP = new ReentrantLock();

    @Override
    public void onApplicationEvent(SpringApplicationEvent event) {
        switch (event) {
            case ApplicationStartingEvent _ -> SET_UP.lock();
            case ApplicationContextInitializedEvent _, ApplicationFailedEvent _ -> release();
            default -> {}
        }
    }

    /** A start can fail before and after its logging is set up. */
    private static void release() {
        if (SET_UP.isHeldByCurrentThread()) {
            SET_UP.unlock();
        }
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
