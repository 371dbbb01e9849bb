package dev.caravan.worker.app.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * The names in the agent's own store and in that of an engine beside it, as one: a name is given or
 * taken in each store that has the model. One after the other, since both may be one folder; the
 * engine's first, which can unload a model only as long as it has the name.
 */
public final class JoinedNames implements ModelNames {

    private final ModelNames own;
    private final Optional<ModelNames> beside;

    public JoinedNames(ModelNames own, Optional<ModelNames> beside) {
        this.own = own;
        this.beside = beside;
    }

    @Override
    public Mono<Void> remove(ModelRef name) {
        return inEach(names -> names.remove(name));
    }

    @Override
    public Mono<Void> copy(ModelRef source, ModelRef destination) {
        return inEach(names -> names.copy(source, destination));
    }

    private Mono<Void> inEach(Function<ModelNames, Mono<Void>> verb) {
        return beside.map(
                        other ->
                                outcome(verb.apply(other))
                                        .flatMap(
                                                there ->
                                                        outcome(verb.apply(own))
                                                                .flatMap(
                                                                        here ->
                                                                                judge(
                                                                                        here,
                                                                                        there))))
                .orElseGet(() -> verb.apply(own));
    }

    /** What became of it; empty: it is done. */
    private static Mono<Optional<Throwable>> outcome(Mono<Void> work) {
        return work.thenReturn(Optional.<Throwable>empty())
                .onErrorResume(failure -> Mono.just(Optional.of(failure)));
    }

    private static Mono<Void> judge(Optional<Throwable> here, Optional<Throwable> there) {
        if (there.filter(JoinedNames::isNotFound).isPresent()) {
            return Mono.justOrEmpty(here).flatMap(Mono::error);
        }
        if (here.filter(JoinedNames::isNotFound).isPresent()) {
            return Mono.justOrEmpty(there).flatMap(Mono::error);
        }
        return here.map(failure -> halfDone("the agent's own store", failure, there))
                .or(
                        () ->
                                there.map(
                                        failure ->
                                                halfDone(
                                                        "the Ollama server beside the agent",
                                                        failure,
                                                        Optional.empty())))
                .map(Mono::<Void>error)
                .orElseGet(Mono::empty);
    }

    private static CaravanException halfDone(
            String where, Throwable failure, Optional<Throwable> other) {
        return new CaravanException(
                failure instanceof CaravanException fault ? fault.code() : FaultCode.INTERNAL,
                other.map(
                                too ->
                                        "neither in the agent's own store: %s; nor in the Ollama server beside it: %s"
                                                .formatted(text(failure), text(too)))
                        .orElseGet(
                                () ->
                                        "not in %s, though beside it: %s"
                                                .formatted(where, text(failure))),
                failure);
    }

    private static String text(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }
}
