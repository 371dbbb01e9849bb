package dev.caravan.worker.config;

/** What an agent counts; names and labels are public, dashboards and alerts rest on them. */
enum WorkerMetric {
    ENGINE_UP("caravan.engine.up", "1 where the engine answers requests"),
    ENGINE_SLOTS("caravan.engine.slots", "Slots of an engine by state: busy, free"),
    ENGINE_RESTARTS("caravan.engine.restarts", "Engines that ended by themselves, by reason"),
    ENGINE_STALLS("caravan.engine.stalls", "Engines that were ended since they made no progress"),
    ENGINE_TOKENS("caravan.engine.tokens", "Tokens by type: prompt, cached, output"),
    MODEL_LOAD("caravan.model.load", "Time from the start of an engine to its first answer"),
    NODE_MEMORY("caravan.node.memory.bytes", "Bytes by kind: total, free, model"),
    STORE("caravan.store.bytes", "Bytes where the models are, by kind: free, models");

    private final String id;
    private final String description;

    WorkerMetric(String id, String description) {
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
