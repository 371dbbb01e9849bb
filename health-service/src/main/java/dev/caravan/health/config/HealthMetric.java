package dev.caravan.health.config;

/**
 * What the health service counts; names and labels are public, dashboards and alerts rest on them.
 */
enum HealthMetric {
    NODE_STATE("caravan.node.state", "1 for the state that the agent is in"),
    NODE_PHI("caravan.node.phi", "How surprising the agent's silence is; 8 is taken for death"),
    PARTITION_SIGHTINGS(
            "caravan.partition.sightings",
            "Times a gateway could not reach the agent while it answered the health service"),
    NODE_PROBE("caravan.node.probe", "Question for the report to its answer"),
    DEGRADED_MODE("caravan.degraded.mode", "1 where the service goes on without something");

    private final String id;
    private final String description;

    HealthMetric(String id, String description) {
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
