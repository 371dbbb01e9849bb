package dev.caravan.worker.adapter.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.PolicyKeeper;
import dev.caravan.worker.app.store.StoredModel;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Writes policies beside the manifests. */
final class FolderPolicyKeeper implements PolicyKeeper {

    private final FolderModelStore store;
    private final PolicyFiles policies;
    private final Scheduler disk;

    FolderPolicyKeeper(FolderModelStore store, PolicyFiles policies, Scheduler disk) {
        this.store = store;
        this.policies = policies;
        this.disk = disk;
    }

    @Override
    public Mono<Outcome> keep(ModelRef name, ModelPolicy policy) {
        return Mono.fromCallable(() -> write(name, policy)).subscribeOn(disk);
    }

    /** One at a time, so that the version compared with is the one replaced. */
    private Outcome write(ModelRef wanted, ModelPolicy policy) {
        synchronized (store) {
            store.scan();
            Optional<StoredModel> model = store.find(wanted);
            if (model.isEmpty()) {
                return new Outcome.NoSuchModel();
            }
            ModelPolicy held = model.get().policy();
            if (policy.equals(held)) {
                return new Outcome.Kept();
            }
            Version version = held.version();
            if (!policy.version().newerThan(version)) {
                return new Outcome.Older(version);
            }
            policies.write(model.get().name(), policy);
            store.scan();
            return new Outcome.Kept();
        }
    }
}
