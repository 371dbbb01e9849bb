package dev.caravan.worker.api;

import dev.caravan.core.run.KeepAlive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keep-alives as they cross between services: milliseconds, negative for ever, absent unset. */
final class KeepAlives {

    private KeepAlives() {}

    static KeepAlive of(@Nullable Long millis) {
        if (millis == null) {
            return new KeepAlive.Unset();
        }
        return millis < 0 ? new KeepAlive.Forever() : new KeepAlive.For(Duration.ofMillis(millis));
    }

    static KeepAlive orElse(@Nullable Long millis, KeepAlive otherwise) {
        return millis == null ? otherwise : of(millis);
    }
}
