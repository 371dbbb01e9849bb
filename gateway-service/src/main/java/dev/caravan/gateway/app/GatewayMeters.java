package dev.caravan.gateway.app;

import static dev.caravan.gateway.app.GatewayMetric.*;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.routing.RouteDecision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Fills the metrics; the one place that knows their labels. */
public final class GatewayMeters {

    /** Models with a label of their own; the rest share {@code other}. */
    private static final int MOST_MODELS = 200;

    private static final String CLASS = "default";
    private static final String POLICY = "default";

    /** How a request ended. */
    public enum Outcome {
        OK,
        ERROR,
        CANCELLED,
        REJECTED
    }

    private record Levels(AtomicInteger queued, AtomicInteger inFlight) {}

    private final MeterRegistry registry;
    private final Map<String, Levels> models = new ConcurrentHashMap<>();

    public GatewayMeters(MeterRegistry registry) {
        this.registry = registry;
        for (String reason : new String[] {"queue_full", "auth", "no_capacity"}) {
            rejectedCounter(reason);
        }
        for (String reason : new String[] {"loaded", "cold"}) {
            decisionCounter(reason);
        }
    }

    /** Tells whether something that the gateway can do without is away. */
    public void degraded(String reason, BooleanSupplier away) {
        Gauge.builder(DEGRADED_MODE.meter(), away, now -> now.getAsBoolean() ? 1 : 0)
                .description(DEGRADED_MODE.description())
                .tags("reason", reason)
                .strongReference(true)
                .register(registry);
    }

    /**
     * @param state "open" or "half_open"
     */
    public void circuits(String state, LongSupplier count) {
        Gauge.builder(CIRCUIT_STATE.meter(), count, LongSupplier::getAsLong)
                .description(CIRCUIT_STATE.description())
                .tags("state", state)
                .strongReference(true)
                .register(registry);
    }

    /** Nanoseconds of a clock that only goes forward, for measuring. */
    public long now() {
        return registry.config().clock().monotonicTime();
    }

    public Duration since(long earlier) {
        return Duration.ofNanos(now() - earlier);
    }

    void queued(ModelRef model, int change) {
        levels(model).queued().addAndGet(change);
    }

    void inFlight(ModelRef model, int change) {
        levels(model).inFlight().addAndGet(change);
    }

    void waited(ModelRef model, Duration wait) {
        timer(QUEUE_WAIT, Tags.of("model", label(model), "class", CLASS)).record(wait);
    }

    void routed(RouteDecision decision, Duration took) {
        timer(ROUTING_DECISION, Tags.of("policy", POLICY)).record(took);
        switch (decision) {
            case RouteDecision.Warm(_, var reason) -> decisionCounter(reason).increment();
            case RouteDecision.Cold() -> decisionCounter("cold").increment();
            case RouteDecision.Busy(), RouteDecision.Refused(_, _) -> {}
        }
    }

    public void retried(ModelRef model, FaultCode reason) {
        counter(RETRIES, Tags.of("model", label(model), "reason", lower(reason))).increment();
    }

    /** An answer went on after its replica was lost. */
    public void continued(ModelRef model, Duration pause) {
        timer(CONTINUATION_PAUSE, Tags.of("model", label(model))).record(pause);
    }

    /** A request that never ran. */
    public void rejected(FaultCode code) {
        switch (code) {
            case QUEUE_FULL -> rejectedCounter("queue_full").increment();
            case NO_CAPACITY -> rejectedCounter("no_capacity").increment();
            case FORBIDDEN -> rejectedCounter("auth").increment();
            case INVALID_REQUEST,
                    MODEL_NOT_FOUND,
                    BUSY,
                    LOAD_FAILED,
                    UPSTREAM_FAILED,
                    UPSTREAM_TIMEOUT,
                    INTERNAL -> {}
        }
    }

    /**
     * @param operation "chat" or "text_completion"
     * @param errorType a fault code in lower case, or "none"
     */
    public void ended(
            ModelRef model, String operation, Outcome outcome, String errorType, Duration took) {
        requests(label(model), outcome, errorType).increment();
        timer(REQUEST_DURATION, genAi(model, operation).and("error.type", errorType)).record(took);
    }

    public void firstToken(ModelRef model, String operation, Duration took) {
        timer(TIME_TO_FIRST_TOKEN, genAi(model, operation)).record(took);
    }

    /**
     * @param afterFirst time from the first piece to the end
     */
    public void tokens(
            ModelRef model, String operation, int prompt, int answer, Duration afterFirst) {
        Tags tags = genAi(model, operation);
        summary(tags.and("gen_ai.token.type", "input")).record(prompt);
        summary(tags.and("gen_ai.token.type", "output")).record(answer);
        if (answer > 1) {
            timer(TIME_PER_OUTPUT_TOKEN, tags).record(afterFirst.dividedBy(answer - 1));
        }
    }

    public static String lower(FaultCode code) {
        return code.name().toLowerCase(Locale.ROOT);
    }

    private Levels levels(ModelRef model) {
        return models.computeIfAbsent(label(model), this::newLevels);
    }

    private Levels newLevels(String label) {
        Levels levels = new Levels(new AtomicInteger(), new AtomicInteger());
        Tags tags = Tags.of("model", label, "class", CLASS);
        gauge(QUEUE_DEPTH, tags, levels.queued());
        gauge(REQUESTS_IN_FLIGHT, tags, levels.inFlight());
        // an alert on the rate of failures sees the first one only where 0 was there before it
        requests(label, Outcome.OK, "none");
        requests(label, Outcome.ERROR, lower(FaultCode.UPSTREAM_FAILED));
        counter(RETRIES, Tags.of("model", label, "reason", lower(FaultCode.UPSTREAM_FAILED)));
        return levels;
    }

    private void gauge(GatewayMetric metric, Tags tags, AtomicInteger value) {
        Gauge.builder(metric.meter(), value, AtomicInteger::get)
                .description(metric.description())
                .tags(tags)
                .register(registry);
    }

    private String label(ModelRef model) {
        String name = model.display();
        return models.containsKey(name) || models.size() < MOST_MODELS ? name : "other";
    }

    private Tags genAi(ModelRef model, String operation) {
        String label = label(model);
        return Tags.of(
                "gen_ai.operation.name",
                operation,
                "gen_ai.provider.name",
                "caravan",
                "gen_ai.request.model",
                label,
                "gen_ai.response.model",
                label);
    }

    private Counter requests(String label, Outcome outcome, String errorType) {
        return counter(
                REQUESTS,
                Tags.of(
                        "model",
                        label,
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT),
                        "error_type",
                        errorType,
                        "class",
                        CLASS,
                        "api",
                        "ollama"));
    }

    private Counter rejectedCounter(String reason) {
        return counter(ADMISSION_REJECTED, Tags.of("reason", reason));
    }

    private Counter decisionCounter(String reason) {
        return counter(ROUTING_DECISIONS, Tags.of("policy", POLICY, "reason", reason));
    }

    private Counter counter(GatewayMetric metric, Tags tags) {
        return Counter.builder(metric.meter())
                .description(metric.description())
                .tags(tags)
                .register(registry);
    }

    private Timer timer(GatewayMetric metric, Tags tags) {
        return Timer.builder(metric.meter())
                .description(metric.description())
                .tags(tags)
                .serviceLevelObjectives(metric.durations())
                .register(registry);
    }

    private DistributionSummary summary(Tags tags) {
        return DistributionSummary.builder(TOKEN_USAGE.meter())
                .description(TOKEN_USAGE.description())
                .tags(tags)
                .serviceLevelObjectives(TOKEN_USAGE.buckets())
                .register(registry);
    }
}
