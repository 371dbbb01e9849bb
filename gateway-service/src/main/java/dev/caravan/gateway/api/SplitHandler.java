package dev.caravan.gateway.api;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.ClusterModels;
import dev.caravan.gateway.app.models.PlanWish;
import dev.caravan.gateway.app.models.SplitControl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Plans and policies of models, and which agents hold which layers. */
public final class SplitHandler {

    /** Far more than any policy takes. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final List<String> OPTIONS = List.of("contextLength", "distributed", "ranges");

    private final SplitControl control;
    private final ClusterModels models;
    private final Views views;

    public SplitHandler(SplitControl control, ClusterModels models, Views views) {
        this.control = control;
        this.models = models;
        this.views = views;
    }

    Mono<ServerResponse> models(ServerRequest request) {
        return models.json().flatMap(json -> Whole.bytes(Whole.JSON, json));
    }

    Mono<ServerResponse> plan(ServerRequest request) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String name : OPTIONS) {
            request.queryParam(name).ifPresent(value -> options.put(name, value));
        }
        return Mono.fromSupplier(() -> known(request.queryParam("model").orElse("")))
                .flatMap(model -> control.plan(new PlanWish(model.name(), model.digest(), options)))
                .flatMap(json -> Whole.bytes(Whole.JSON, json));
    }

    Mono<ServerResponse> policy(ServerRequest request) {
        return Mono.fromSupplier(() -> name(request.pathVariable("name")))
                .flatMap(control::policy)
                .flatMap(json -> Whole.bytes(Whole.JSON, json));
    }

    Mono<ServerResponse> replacePolicy(ServerRequest request) {
        return DataBufferUtils.join(request.body(BodyExtractors.toDataBuffers()), MOST_BYTES)
                .onErrorMap(
                        DataBufferLimitException.class,
                        _ ->
                                invalid(
                                        "policy: larger than %d bytes (expected: a few hundred)"
                                                .formatted(MOST_BYTES)))
                .map(SplitHandler::bytes)
                .switchIfEmpty(Mono.error(() -> invalid("missing request body")))
                .flatMap(json -> control.replacePolicy(name(request.pathVariable("name")), json))
                .flatMap(json -> Whole.bytes(Whole.JSON, json));
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private ModelEntry known(String sent) {
        ModelRef name = name(sent);
        ClusterView view = views.current();
        if (view.version().equals(Version.NONE)) {
            throw new CaravanException(
                    FaultCode.NO_CAPACITY,
                    "the gateway has not seen the cluster yet: no view from the scheduler; ask again");
        }
        return view.model(name)
                .orElseThrow(
                        () ->
                                new CaravanException(
                                        FaultCode.MODEL_NOT_FOUND,
                                        "model '%s' not found".formatted(sent)));
    }

    private static ModelRef name(String sent) {
        if (sent.isBlank()) {
            throw invalid("model is required");
        }
        return ModelRef.parse(sent).orElseThrow(() -> invalid("invalid model name"));
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
