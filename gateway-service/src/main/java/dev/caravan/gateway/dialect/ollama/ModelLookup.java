package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;

/**
 * Finds the model that a request names.
 *
 * @param absent the text for a model that nobody has, with a place for the name as it was sent
 */
record ModelLookup(String absent) {

    static final ModelLookup ANSWERING = new ModelLookup("model '%s' not found");
    static final ModelLookup EMBEDDING =
            new ModelLookup("model \"%s\" not found, try pulling it first");

    /** The model of a name that is not blank. */
    ModelEntry find(String sent, ClusterView view) {
        ModelRef name =
                ModelRef.parse(sent).orElseThrow(() -> Refusals.invalid("invalid model name"));
        if (view.version().equals(Version.NONE)) {
            throw new CaravanException(
                    FaultCode.NO_CAPACITY,
                    "the gateway has not seen the cluster yet: no view from the scheduler; ask again");
        }
        return view.model(name).orElseThrow(() -> Refusals.notFound(absent.formatted(sent)));
    }

    static CaravanException unnamed() {
        return Refusals.notFound("model '' not found");
    }
}
