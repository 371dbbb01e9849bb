package dev.caravan.scheduler.config;

import dev.caravan.scheduler.app.AgentWatch;
import dev.caravan.scheduler.app.Coordinator;
import org.springframework.context.SmartLifecycle;

/** Begins to decide when all else has started, and stops before Redis and the server do. */
final class SchedulerLifecycle implements SmartLifecycle {

    private final Coordinator coordinator;
    private final AgentWatch watch;
    private volatile boolean running;

    SchedulerLifecycle(Coordinator coordinator, AgentWatch watch) {
        this.coordinator = coordinator;
        this.watch = watch;
    }

    @Override
    public void start() {
        coordinator.start();
        watch.start();
        running = true;
    }

    @Override
    public void stop() {
        watch.close();
        coordinator.close();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
