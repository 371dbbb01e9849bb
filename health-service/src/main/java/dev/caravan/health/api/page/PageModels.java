package dev.caravan.health.api.page;

import dev.caravan.health.api.page.PageState.Model;
import dev.caravan.health.api.page.PageState.Replica;
import dev.caravan.health.api.page.PageState.Segment;
import dev.caravan.health.app.Member;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.ModelDetails;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Stored and loaded models, put together from what each agent has of them. */
final class PageModels {

    private record Key(String name, String digest) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : digest.compareTo(other.digest);
        }
    }

    private static final class Found {
        private AgentReport.@Nullable Model stored;
        private final List<String> holders = new ArrayList<>();
        private final Set<String> faults = new LinkedHashSet<>();
        private final List<Replica> replicas = new ArrayList<>();
    }

    private final Map<Key, Found> found = new TreeMap<>();
    private final Groups groups;

    PageModels(List<Member<AgentReport>> members, Groups groups) {
        this.groups = groups;
        members.forEach(member -> add(PageStates.report(member)));
        addUnlikeFiles();
    }

    private void add(AgentReport report) {
        for (AgentReport.Model model : report.models()) {
            Found entry = entry(model.name(), model.digest());
            entry.holders.add(report.agentId());
            if (entry.stored == null || entry.stored.facts() == null) {
                entry.stored = model;
            }
            if (model.fault() != null) {
                entry.faults.add(model.fault());
            }
        }
        for (AgentReport.Replica replica : report.replicas()) {
            entry(replica.model(), replica.digest()).replicas.add(replica(report, replica));
        }
    }

    private Found entry(String name, String digest) {
        return found.computeIfAbsent(new Key(name, digest), key -> new Found());
    }

    private Replica replica(AgentReport report, AgentReport.Replica replica) {
        List<Segment> segments = groups.segments(report, replica);
        long inMembers =
                segments.stream()
                        .filter(segment -> !segment.head())
                        .mapToLong(Segment::memory)
                        .sum();
        return new Replica(
                replica.replicaId(),
                report.agentId(),
                replica.state().name(),
                replica.contextLength(),
                replica.slots(),
                replica.busy(),
                replica.continuation(),
                replica.memory() + inMembers,
                replica.expiresAt(),
                replica.fault(),
                segments);
    }

    private void addUnlikeFiles() {
        Map<String, Integer> files = new TreeMap<>();
        found.keySet().forEach(key -> files.merge(key.name(), 1, Integer::sum));
        found.forEach(
                (key, entry) -> {
                    if (files.getOrDefault(key.name(), 1) > 1) {
                        entry.faults.add(
                                "hosts have different files under this name; this one is "
                                        + key.digest());
                    }
                });
    }

    List<Model> all() {
        return found.entrySet().stream()
                .map(entry -> model(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Model model(Key key, Found found) {
        AgentReport.Model stored = found.stored;
        ModelDetails details = stored == null ? null : stored.details();
        return new Model(
                key.name(),
                key.digest(),
                stored == null ? 0 : stored.size(),
                details == null ? "" : details.family(),
                details == null ? "" : details.parameterSize(),
                details == null ? "" : details.quantizationLevel(),
                stored == null || stored.facts() == null ? 0 : stored.facts().layers(),
                List.copyOf(found.holders),
                List.copyOf(found.faults),
                List.copyOf(found.replicas));
    }
}
