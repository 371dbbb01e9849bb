package dev.caravan.gateway.app.models;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Agents in the order in which they may have a model. */
final class Holders {

    private final AgentStores stores;
    private final Views views;

    Holders(AgentStores stores, Views views) {
        this.stores = stores;
        this.views = views;
    }

    /** Those that the view says hold it. */
    List<URI> known(ModelRef name) {
        ClusterView view = views.current();
        return view.model(name).stream()
                .flatMap(entry -> entry.holders().stream())
                .flatMap(holder -> view.agent(holder).stream())
                .map(AgentSnapshot::address)
                .map(URI::create)
                .distinct()
                .toList();
    }

    /** Those, then all others: the view may be behind. */
    Set<URI> candidates(ModelRef name) {
        Set<URI> candidates = new LinkedHashSet<>(known(name));
        candidates.addAll(stores.addresses());
        return candidates;
    }

    static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }
}
