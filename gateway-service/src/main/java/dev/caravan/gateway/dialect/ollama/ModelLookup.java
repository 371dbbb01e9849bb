package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import java.util.function.UnaryOperator;

/**
 * Finds the model that a request names.
 *
 * @param absent the text for a model that nobody has, from the name as it was sent
 */
record ModelLookup(UnaryOperator<String> absent) {

    static final ModelLookup ANSWERING = new ModelLookup("model '%s' not found"::formatted);
    static final ModelLookup EMBEDDING =
            new ModelLookup(
                    sent ->
                            "model %s not found, try pulling it first"
                                    .formatted(GoText.quoted(sent)));

    /** The model of a name that is not blank. */
    ModelEntry find(String sent, ClusterView view) {
        ModelRef name = SentModel.of(sent).here("remote model is");
        if (view.version().equals(Version.NONE)) {
            throw new CaravanException(
                    FaultCode.NO_CAPACITY,
                    "the gateway has not seen the cluster yet: no view from the scheduler; ask again");
        }
        return view.model(name).orElseThrow(() -> Refusals.notFound(absent.apply(sent)));
    }

    /** Of a name that is blank. */
    static CaravanException unnamed(String sent) {
        return Refusals.notFound("model '%s' not found".formatted(sent));
    }
}
