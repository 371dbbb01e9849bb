package dev.caravan.cli.cluster;

/** The processes that a cluster is made of, in the order in which they are shown. */
public enum Kind {
    REDIS("redis", ""),
    REGISTRY("registry", "registry-service"),
    SCHEDULER("scheduler", "scheduler-service"),
    HEALTH("health", "health-service"),
    AGENT("agent", "worker-agent"),
    GATEWAY("gateway", "gateway-service"),
    /** Makes start-up caches in the background and ends by itself. */
    CACHES("caches", "");

    private final String label;
    private final String module;

    Kind(String label, String module) {
        this.label = label;
        this.module = module;
    }

    /** Its name for people; agents are numbered behind it. */
    public String label() {
        return label;
    }

    /** The module whose jar it runs; empty for those that are not ours. */
    public String module() {
        return module;
    }

    /** Carries requests, and so is given more memory and the full compiler. */
    boolean dataPlane() {
        return this == AGENT || this == GATEWAY;
    }
}
