package dev.caravan.platform;

import org.springframework.http.server.PathContainer;

/**
 * Which paths of a service's own port need the cluster's token. A service with public paths
 * declares a bean of its own; where there is none everything but {@code /actuator} is guarded,
 * which the services have on a port of its own.
 */
@FunctionalInterface
public interface TokenScope {

    /**
     * @param firstSegment decoded; empty for the root
     */
    boolean guards(String firstSegment);

    static TokenScope everything() {
        return segment -> !segment.equals("actuator");
    }

    /** For the gateway: all that is not internal is the public API. */
    static TokenScope internalOnly() {
        return segment -> segment.equalsIgnoreCase("internal");
    }

    /** Judges a path by its first segment as handlers see it, escapes decoded. */
    default boolean guards(PathContainer path) {
        for (PathContainer.Element element : path.elements()) {
            if (element instanceof PathContainer.PathSegment segment) {
                return guards(segment.valueToMatch());
            }
        }
        return guards("");
    }
}
