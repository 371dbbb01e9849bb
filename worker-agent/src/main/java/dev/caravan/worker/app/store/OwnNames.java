package dev.caravan.worker.app.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import reactor.core.publisher.Mono;

/**
 * The names in the agent's own store; those of an engine beside it are not the agent's to change.
 */
public final class OwnNames implements ModelNames {

    private final ModelNames own;
    private final ModelStore all;

    /**
     * @param all the models that the agent reports
     */
    public OwnNames(ModelNames own, ModelStore all) {
        this.own = own;
        this.all = all;
    }

    @Override
    public Mono<Void> remove(ModelRef name) {
        return own.remove(name).onErrorMap(OwnNames::isNotFound, absent -> owner(name, absent));
    }

    @Override
    public Mono<Void> copy(ModelRef source, ModelRef destination) {
        return own.copy(source, destination)
                .onErrorMap(OwnNames::isNotFound, absent -> owner(source, absent));
    }

    private Throwable owner(ModelRef name, Throwable absent) {
        return all.find(name)
                .filter(model -> model.engine() == ModelRunner.OLLAMA)
                .<Throwable>map(
                        model ->
                                new CaravanException(
                                        FaultCode.INVALID_REQUEST,
                                        "model '%s' is in the store of the Ollama server beside this agent (expected: one of the agent's own; ask that server)"
                                                .formatted(model.name().display())))
                .orElse(absent);
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }
}
