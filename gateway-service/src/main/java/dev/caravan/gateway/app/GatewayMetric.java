package dev.caravan.gateway.app;

import java.time.Duration;
import java.util.stream.DoubleStream;

/**
 * What the gateway counts; names, labels and buckets are public, dashboards and alerts rest on
 * them.
 */
public enum GatewayMetric {
    REQUEST_DURATION(
            "gen_ai.server.request.duration", "body read to last byte out", Buckets.DURATION),
    TIME_TO_FIRST_TOKEN(
            "gen_ai.server.time_to_first_token",
            "body read to first piece out",
            Buckets.FIRST_TOKEN),
    TIME_PER_OUTPUT_TOKEN(
            "gen_ai.server.time_per_output_token",
            "time of an answer after its first token, for each further one",
            Buckets.PER_TOKEN),
    TOKEN_USAGE("gen_ai.client.token.usage", "tokens of prompts and answers", Buckets.TOKENS),
    REQUESTS("caravan.requests", "requests that ended, by how"),
    REQUESTS_IN_FLIGHT("caravan.requests.in.flight", "requests that hold a slot"),
    QUEUE_DEPTH("caravan.queue.depth", "requests that wait for a slot or a load"),
    QUEUE_WAIT("caravan.queue.wait", "arrival to slot", Buckets.FIRST_TOKEN),
    ADMISSION_REJECTED("caravan.admission.rejected", "requests turned away before they ran"),
    RETRIES("caravan.retries", "requests sent to another replica before their first byte"),
    CONTINUATION_PAUSE(
            "caravan.continuation.pause",
            "time without a piece of answers that were continued after a replica was lost",
            Buckets.FIRST_TOKEN),
    ROUTING_DECISION("caravan.routing.decision", "time of one routing decision", Buckets.SHORT),
    ROUTING_DECISIONS("caravan.routing.decisions", "routing decisions that chose, by reason"),
    CIRCUIT_STATE("caravan.circuit.state", "replicas whose circuit breaker is in a state"),
    DEGRADED_MODE("caravan.degraded.mode", "1 while the gateway lives on what it knew last");

    private final String meter;
    private final String description;
    private final double[] buckets;

    GatewayMetric(String meter, String description, double... buckets) {
        this.meter = meter;
        this.description = description;
        this.buckets = buckets;
    }

    /** Micrometer's name; Prometheus has underscores, and the unit at the end. */
    public String meter() {
        return meter;
    }

    public String description() {
        return description;
    }

    /** Upper bounds, in seconds or tokens; empty where the metric is no histogram. */
    double[] buckets() {
        return buckets.clone();
    }

    Duration[] durations() {
        return DoubleStream.of(buckets)
                .mapToObj(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
                .toArray(Duration[]::new);
    }

    private static final class Buckets {
        static final double[] FIRST_TOKEN = {
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
            20, 40, 80, 160
        };
        static final double[] PER_TOKEN = {
            0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10
        };
        static final double[] DURATION = {
            0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
            163.84, 327.68, 655.36
        };
        static final double[] TOKENS = {
            1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576
        };
        static final double[] SHORT = {
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1
        };
    }
}
