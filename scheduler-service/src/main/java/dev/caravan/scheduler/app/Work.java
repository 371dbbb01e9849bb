package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be carried out after a decision.
 *
 * @param copies desired states with a new version, to be written down
 * @param puts desired states that agents have to be told now
 * @param view the view, where it differs from the one before
 * @param settled loads that are over
 */
record Work(
        List<DesiredState> copies,
        List<DesiredState> puts,
        Optional<Publication> view,
        Map<Load, LoadOutcome> settled) {

    record Publication(Version version, ViewContent content) {}

    static final Work NONE = new Work(List.of(), List.of(), Optional.empty(), Map.of());

    Work {
        copies = List.copyOf(copies);
        puts = List.copyOf(puts);
        settled = Map.copyOf(settled);
    }
}
