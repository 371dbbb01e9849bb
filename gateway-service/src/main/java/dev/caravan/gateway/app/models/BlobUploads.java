package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Finds a place for uploaded bytes; they go through the gateway without resting in it. */
public final class BlobUploads {

    private final AgentStores stores;
    private final AgentSurvey survey;
    private final Duration patience;
    private final UploadPlace place;

    /**
     * @param patience how long an agent may take to say whether it holds a blob
     */
    public BlobUploads(
            AgentStores stores, AgentSurvey survey, Duration patience, InstantSource clock) {
        this.stores = stores;
        this.survey = survey;
        this.patience = patience;
        this.place = new UploadPlace(clock);
    }

    /**
     * Agents that hold the blob; those that do not answer are left out.
     *
     * @param blob {@code sha256:<hex>}
     */
    public Mono<List<URI>> holders(String blob) {
        return Flux.fromIterable(stores.addresses())
                .flatMap(
                        agent ->
                                stores.holds(agent, blob)
                                        .timeout(patience)
                                        .onErrorReturn(false)
                                        .filter(Boolean::booleanValue)
                                        .map(_ -> agent))
                .collectList();
    }

    /**
     * Takes a blob in, unless an agent holds it: then its bytes are read and dropped.
     *
     * @return true where the blob is new in the cluster
     */
    public Mono<Boolean> put(String blob, OptionalLong length, Flux<DataBuffer> bytes) {
        return holders(blob)
                .flatMap(
                        holders ->
                                holders.isEmpty()
                                        ? place(length)
                                                .flatMap(agent -> put(agent, blob, length, bytes))
                                        : bytes.doOnNext(DataBufferUtils::release)
                                                .then(Mono.just(false)));
    }

    private Mono<Boolean> put(
            AgentState agent, String blob, OptionalLong length, Flux<DataBuffer> bytes) {
        place.used(agent);
        return stores.put(agent.address(), blob, length, bytes).doOnSuccess(_ -> place.used(agent));
    }

    private Mono<AgentState> place(OptionalLong length) {
        return survey.states()
                .flatMap(states -> Mono.justOrEmpty(place.choose(states, length)))
                .switchIfEmpty(Mono.error(BlobUploads::noAgent));
    }

    static CaravanException noAgent() {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "worker-agent: none is known (expected: at least one); start one and try again");
    }
}
