package dev.caravan.gateway.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.ModelNaming;
import dev.caravan.gateway.app.models.ModelTransfers;
import dev.caravan.gateway.app.models.Progress;
import dev.caravan.gateway.dialect.ollama.GoObject;
import dev.caravan.gateway.dialect.ollama.GoText;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.gateway.dialect.ollama.ProgressShape;
import dev.caravan.gateway.dialect.ollama.TransferReader;
import dev.caravan.gateway.dialect.ollama.TransferReader.PushCall;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Brings models in and out, renames and removes them. */
public final class TransferHandler {

    private final OllamaBodyReader bodies;
    private final ModelTransfers transfers;
    private final ModelNaming naming;
    private final Draining draining;

    public TransferHandler(
            OllamaBodyReader bodies,
            ModelTransfers transfers,
            ModelNaming naming,
            Draining draining) {
        this.bodies = bodies;
        this.transfers = transfers;
        this.naming = naming;
        this.draining = draining;
    }

    Mono<ServerResponse> pull(ServerRequest request) {
        return body(request, "PullRequest")
                .map(TransferReader::pull)
                .flatMap(
                        call ->
                                answer(
                                        transfers.pull(call.name(), call.insecure()),
                                        call.stream()));
    }

    Mono<ServerResponse> push(ServerRequest request) {
        return body(request, "PushRequest")
                .map(TransferReader::push)
                .flatMap(call -> answer(push(call), call.stream()));
    }

    /** Ollama begins before it has looked, and names a file of its store where there is none. */
    private Flux<Progress> push(PushCall call) {
        return call.name()
                .map(name -> push(name, call.insecure()))
                .orElseGet(() -> unpushed("unqualified name: " + call.sent()));
    }

    private Flux<Progress> push(ModelRef name, boolean insecure) {
        return transfers
                .push(name, insecure)
                .onErrorResume(
                        TransferHandler::isNotFound,
                        _ ->
                                unpushed(
                                        "open manifests/%s/%s/%s/%s: no such file or directory"
                                                .formatted(
                                                        name.host(),
                                                        name.namespace(),
                                                        name.model(),
                                                        name.tag())));
    }

    private static Flux<Progress> unpushed(String why) {
        return Flux.just(
                        Progress.of("retrieving manifest"),
                        Progress.of("couldn't retrieve manifest"))
                .concatWith(Mono.error(new CaravanException(FaultCode.MODEL_NOT_FOUND, why)));
    }

    Mono<ServerResponse> delete(ServerRequest request) {
        return body(request, "DeleteRequest")
                .map(TransferReader::delete)
                .flatMap(
                        call ->
                                naming.delete(call.name())
                                        .onErrorMap(
                                                TransferHandler::isNotFound,
                                                _ -> notFound("model '%s' not found", call.sent())))
                .then(empty());
    }

    Mono<ServerResponse> copy(ServerRequest request) {
        return body(request, "CopyRequest")
                .map(TransferReader::copy)
                .flatMap(
                        call ->
                                naming.copy(call.source().name(), call.destination())
                                        .onErrorMap(
                                                TransferHandler::isNotFound,
                                                _ ->
                                                        notFound(
                                                                "model %s not found",
                                                                GoText.quoted(
                                                                        call.source().sent()))))
                .then(empty());
    }

    private Mono<ServerResponse> answer(Flux<Progress> steps, boolean stream) {
        return ProgressAnswer.of(
                draining.bounded(stream ? steps : steps.onErrorMap(TransferHandler::ofTheWhole))
                        .map(ProgressShape::of),
                stream);
    }

    /** Without a stream all that goes wrong on the way is a 500, as Ollama has it. */
    private static Throwable ofTheWhole(Throwable failure) {
        boolean beforeTheWay =
                failure instanceof CaravanException fault && fault.code() == FaultCode.NO_CAPACITY;
        return beforeTheWay
                ? failure
                : new CaravanException(FaultCode.INTERNAL, ProgressAnswer.text(failure), failure);
    }

    private static Mono<ServerResponse> empty() {
        return ServerResponse.ok().contentLength(0).build();
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }

    private static CaravanException notFound(String text, String sent) {
        return new CaravanException(FaultCode.MODEL_NOT_FOUND, text.formatted(sent));
    }

    private Mono<GoObject> body(ServerRequest request, String type) {
        return bodies.read(request.body(BodyExtractors.toDataBuffers()), type);
    }
}
