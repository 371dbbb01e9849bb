package dev.caravan.worker.api.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.PolicyChange;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.ShowQuery;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.ModelViewer.FileView;
import dev.caravan.worker.app.store.PolicyKeeper;
import dev.caravan.worker.app.store.StoredModel;
import dev.caravan.worker.mapping.PolicyMessages;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Makes models and shows them. */
final class ModelHandler {

    private final ModelStore store;
    private final ModelMaker maker;
    private final ModelViewer viewer;
    private final PolicyKeeper policies;

    ModelHandler(ModelStore store, ModelMaker maker, ModelViewer viewer, PolicyKeeper policies) {
        this.store = store;
        this.maker = maker;
        this.viewer = viewer;
        this.policies = policies;
    }

    Mono<ServerResponse> create(ServerRequest request) {
        return Answers.read(request, CreateMessage.class)
                .map(message -> maker.make(Recipes.recipe(message)))
                .flatMap(Answers::steps);
    }

    Mono<ServerResponse> show(ServerRequest request) {
        return Answers.read(request, ShowQuery.class)
                .flatMap(
                        query -> {
                            StoredModel model = find(Answers.name(query.name()));
                            return viewer.view(model, query.verbose())
                                    .map(view -> message(model, view));
                        })
                .flatMap(Answers::json);
    }

    Mono<ServerResponse> policy(ServerRequest request) {
        return Answers.read(request, PolicyChange.class)
                .flatMap(
                        change -> {
                            ModelRef name = Answers.name(change.model());
                            return policies.keep(name, policy(change))
                                    .flatMap(outcome -> answer(name, outcome));
                        });
    }

    private static ModelPolicy policy(PolicyChange change) {
        PolicyMessage message = change.policy();
        if (message == null) {
            throw Answers.invalid("policy: absent (expected: the model's policy)");
        }
        try {
            return PolicyMessages.policy(message);
        } catch (IllegalArgumentException invalid) {
            throw Answers.invalid(String.valueOf(invalid.getMessage()));
        }
    }

    private static Mono<ServerResponse> answer(ModelRef name, PolicyKeeper.Outcome outcome) {
        return switch (outcome) {
            case PolicyKeeper.Outcome.Kept _ -> ServerResponse.noContent().build();
            case PolicyKeeper.Outcome.NoSuchModel _ -> Mono.error(notFound(name));
            case PolicyKeeper.Outcome.Older(Version held) ->
                    Answers.conflict(
                            "policy of %s: older than what is kept, (%d, %d) (expected: a newer version)"
                                    .formatted(name.display(), held.epoch(), held.number()));
        };
    }

    private StoredModel find(ModelRef name) {
        return store.find(name).orElseThrow(() -> notFound(name));
    }

    private static CaravanException notFound(ModelRef name) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND, "model '%s' not found".formatted(name.display()));
    }

    private static ShowMessage message(StoredModel model, FileView view) {
        Map<String, JsonNode> metadata = new LinkedHashMap<>();
        view.metadata()
                .forEach((key, value) -> metadata.put(key, WireJson.mapper().valueToTree(value)));
        return new ShowMessage(
                ModelMessages.of(model),
                model.weights().map(Path::toString).orElse(""),
                model.layers(),
                view.chatTemplate().orElse(null),
                view.modelfile().orElse(null),
                metadata,
                view.tensors().stream()
                        .map(
                                tensor ->
                                        new ShowMessage.Tensor(
                                                tensor.name(), tensor.type(), tensor.shape()))
                        .toList(),
                Optional.of(model.parts().requires()).filter(text -> !text.isEmpty()).orElse(null),
                model.parts().adapters().stream().map(Path::toString).toList(),
                model.parts().projectors().stream().map(Path::toString).toList());
    }
}
