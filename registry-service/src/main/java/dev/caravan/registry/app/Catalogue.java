package dev.caravan.registry.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which model is on which disk, merged from the newest report of each agent. Only a verdict of the
 * health service takes an agent's models out: silence, its own or the health service's, does not.
 * Readers see one immutable list.
 */
public final class Catalogue<D> {

    private final Map<AgentId, AgentHoldings<D>> agents = new HashMap<>();
    private volatile List<CatalogueEntry<D>> entries = List.of();

    /** Newest first. */
    public List<CatalogueEntry<D>> entries() {
        return entries;
    }

    /** Agents known, and whether each is up. */
    public synchronized Map<AgentId, Boolean> agents() {
        return agents.values().stream()
                .collect(Collectors.toMap(AgentHoldings::agent, AgentHoldings::up));
    }

    /**
     * Takes a report in.
     *
     * @return whether the catalogue, or who is up, is another now
     */
    public synchronized boolean offer(AgentHoldings<D> next) {
        AgentHoldings<D> known = agents.get(next.agent());
        if (known != null && (next.olderThan(known) || next.equals(known))) {
            return false;
        }
        agents.put(next.agent(), next);
        List<CatalogueEntry<D>> merged = merge(agents.values().stream().toList());
        boolean changed = known == null || known.up() != next.up() || !merged.equals(entries);
        entries = merged;
        return changed;
    }

    private record Held<D>(AgentId agent, Holding<D> model) {}

    private static <D> List<CatalogueEntry<D>> merge(List<AgentHoldings<D>> agents) {
        Map<String, Map<String, List<Held<D>>>> byNameAndDigest = new TreeMap<>();
        for (AgentHoldings<D> agent : agents) {
            if (agent.up()) {
                for (Holding<D> model : agent.models()) {
                    byNameAndDigest
                            .computeIfAbsent(nameKey(model.name()), name -> new TreeMap<>())
                            .computeIfAbsent(model.digest(), digest -> new ArrayList<>())
                            .add(new Held<>(agent.agent(), model));
                }
            }
        }
        return byNameAndDigest.values().stream()
                .flatMap(
                        digests ->
                                digests.entrySet().stream()
                                        .map(
                                                digest ->
                                                        entry(
                                                                digest.getKey(),
                                                                digest.getValue(),
                                                                digests)))
                .sorted(
                        Comparator.comparingLong(
                                        (CatalogueEntry<D> entry) -> entry.newest().modifiedAt())
                                .reversed())
                .toList();
    }

    private static <D> CatalogueEntry<D> entry(
            String digest, List<Held<D>> held, Map<String, List<Held<D>>> digests) {
        Holding<D> newest =
                held.stream()
                        .max(
                                Comparator.comparingLong(
                                                (Held<D> copy) -> copy.model().modifiedAt())
                                        .thenComparing(Held::agent))
                        .orElseThrow()
                        .model();
        var others = new TreeSet<>(digests.keySet());
        others.remove(digest);
        return new CatalogueEntry<>(
                newest,
                held.stream().map(Held::agent).distinct().sorted().toList(),
                List.copyOf(others));
    }

    private static String nameKey(String name) {
        return ModelRef.parse(name).map(ModelRef::key).orElse(name.toLowerCase(Locale.ROOT));
    }
}
