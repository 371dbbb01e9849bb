package dev.caravan.platform;

/** What every service counts; names and labels are public, dashboards and alerts rest on them. */
enum PlatformMetric {
    LEADER("caravan.leader", "1 where this process leads the role"),
    REDIS_UP("caravan.redis.up", "1 where Redis answers this process"),
    BUILD_INFO("caravan.build.info", "always 1; the labels say what runs");

    private final String id;
    private final String description;

    PlatformMetric(String id, String description) {
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
