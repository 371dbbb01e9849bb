package dev.caravan.scheduler.adapter.micrometer;

/** What the scheduler counts; names, labels and buckets are public, dashboards rest on them. */
enum SchedulerMetric {
    MODEL_REPLICAS(
            "caravan.model.replicas",
            "engines and copies of a model, by state: desired, ready, loading, on_disk"),
    NODE_QUARANTINE(
            "caravan.node.quarantine", "1 while the agent is left out of plans of some model"),
    ROUTING_DECISION(
            "caravan.routing.decision", "time to decide where a demand is served, by policy");

    private final String id;
    private final String description;

    SchedulerMetric(String id, String description) {
        this.id = id;
        this.description = description;
    }

    String id() {
        return id;
    }

    String description() {
        return description;
    }
}
