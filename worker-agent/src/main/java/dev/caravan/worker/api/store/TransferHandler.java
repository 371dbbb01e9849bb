package dev.caravan.worker.api.store;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.CopyMessage;
import dev.caravan.wire.DeleteMessage;
import dev.caravan.wire.FetchMessage;
import dev.caravan.wire.TransferMessage;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.transfer.Pushes;
import dev.caravan.worker.app.transfer.Transfers;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Brings models in, and gives and takes their names. */
final class TransferHandler {

    private final ModelNames names;
    private final Transfers transfers;
    private final Pushes pushes;

    TransferHandler(ModelNames names, Transfers transfers, Pushes pushes) {
        this.names = names;
        this.transfers = transfers;
        this.pushes = pushes;
    }

    Mono<ServerResponse> delete(ServerRequest request) {
        return Answers.read(request, DeleteMessage.class)
                .flatMap(message -> names.remove(Answers.name(message.name())))
                .then(ServerResponse.noContent().build());
    }

    Mono<ServerResponse> copy(ServerRequest request) {
        return Answers.read(request, CopyMessage.class)
                .flatMap(
                        message ->
                                names.copy(
                                        Answers.name(message.source()),
                                        Answers.name(message.destination())))
                .then(ServerResponse.noContent().build());
    }

    Mono<ServerResponse> pull(ServerRequest request) {
        return Answers.read(request, TransferMessage.class)
                .map(message -> transfers.pull(Answers.name(message.name()), message.insecure()))
                .flatMap(Answers::steps);
    }

    Mono<ServerResponse> push(ServerRequest request) {
        return Answers.read(request, TransferMessage.class)
                .map(message -> pushes.push(Answers.name(message.name()), message.insecure()))
                .flatMap(Answers::steps);
    }

    Mono<ServerResponse> fetch(ServerRequest request) {
        return Answers.read(request, FetchMessage.class)
                .map(
                        message ->
                                transfers.fetch(
                                        Answers.name(message.name()),
                                        digest(message),
                                        holders(message)))
                .flatMap(Answers::steps);
    }

    private static ModelDigest digest(FetchMessage message) {
        try {
            return new ModelDigest(Objects.requireNonNullElse(message.digest(), ""));
        } catch (IllegalArgumentException invalid) {
            throw Answers.invalid(String.valueOf(invalid.getMessage()));
        }
    }

    private static List<URI> holders(FetchMessage message) {
        List<String> texts = Objects.requireNonNullElse(message.holders(), List.of());
        if (texts.isEmpty()) {
            throw Answers.invalid("holders: none (expected: at least one agent's address)");
        }
        try {
            return texts.stream().map(URI::create).toList();
        } catch (IllegalArgumentException invalid) {
            throw Answers.invalid("holders: " + invalid.getMessage());
        }
    }
}
