package dev.caravan.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.info.BuildProperties;

/** Which build runs, as the labels of a gauge that is always one. */
final class BuildInfo implements MeterBinder {

    private final String version;
    private final String commit;

    BuildInfo(@Nullable BuildProperties build) {
        this.version = text(build == null ? null : build.getVersion());
        this.commit = text(build == null ? null : build.get("commit"));
    }

    private static String text(@Nullable String value) {
        return value == null ? "unknown" : value;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(PlatformMetric.BUILD_INFO.id(), () -> 1)
                .description(PlatformMetric.BUILD_INFO.description())
                .tag("version", version)
                .tag("commit", commit)
                .tag("java", Runtime.version().toString())
                .register(registry);
    }
}
