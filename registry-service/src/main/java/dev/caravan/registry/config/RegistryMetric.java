package dev.caravan.registry.config;

/** What the registry counts; names and labels are public, dashboards and alerts rest on them. */
enum RegistryMetric {
    NODE_UP("caravan.node.up", "1 where the agent is up by the catalogue's knowledge");

    private final String id;
    private final String description;

    RegistryMetric(String id, String description) {
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
