package dev.caravan.gateway.api;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.AgentSurvey;
import dev.caravan.gateway.app.models.Catalogue;
import dev.caravan.gateway.app.models.ModelCreation;
import dev.caravan.gateway.app.models.ModelShows;
import dev.caravan.gateway.dialect.ollama.CreateReader;
import dev.caravan.gateway.dialect.ollama.CreateReader.CreateCall;
import dev.caravan.gateway.dialect.ollama.GoObject;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.gateway.dialect.ollama.ProgressShape;
import dev.caravan.gateway.dialect.ollama.RunningAnswer;
import dev.caravan.gateway.dialect.ollama.ShowAnswer;
import dev.caravan.gateway.dialect.ollama.ShowReader;
import dev.caravan.gateway.dialect.ollama.TagsAnswer;
import java.time.InstantSource;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Lists, shows and makes models. */
public final class ModelHandler {

    private final OllamaBodyReader bodies;
    private final Catalogue catalogue;
    private final AgentSurvey survey;
    private final ModelShows shows;
    private final ModelCreation creation;
    private final Views views;
    private final InstantSource clock;
    private final Draining draining;

    public ModelHandler(
            OllamaBodyReader bodies,
            Catalogue catalogue,
            AgentSurvey survey,
            ModelShows shows,
            ModelCreation creation,
            Views views,
            InstantSource clock,
            Draining draining) {
        this.bodies = bodies;
        this.catalogue = catalogue;
        this.survey = survey;
        this.shows = shows;
        this.creation = creation;
        this.views = views;
        this.clock = clock;
        this.draining = draining;
    }

    Mono<ServerResponse> tags(ServerRequest request) {
        ClusterView view = views.current();
        return catalogue
                .models()
                .map(models -> TagsAnswer.of(models, view::replicasOf))
                .flatMap(Whole::json);
    }

    Mono<ServerResponse> running(ServerRequest request) {
        return survey.states()
                .map(states -> RunningAnswer.of(states, clock.instant()))
                .flatMap(Whole::json);
    }

    Mono<ServerResponse> show(ServerRequest request) {
        return body(request, ShowReader.TYPE)
                .map(ShowReader::read)
                .flatMap(
                        call ->
                                shows.show(call.name(), call.verbose())
                                        .map(
                                                model ->
                                                        call.system()
                                                                .map(model::withSystem)
                                                                .orElse(model)))
                .map(ShowAnswer::of)
                .flatMap(Whole::json);
    }

    Mono<ServerResponse> create(ServerRequest request) {
        return body(request, CreateReader.TYPE).map(CreateReader::read).flatMap(this::create);
    }

    private Mono<ServerResponse> create(CreateCall call) {
        Flux<ProgressShape> steps =
                Flux.defer(() -> creation.create(call.model().get(), call.insecure()))
                        .map(ProgressShape::of);
        return ProgressAnswer.of(draining.bounded(steps), call.stream());
    }

    private Mono<GoObject> body(ServerRequest request, String type) {
        return bodies.read(request.body(BodyExtractors.toDataBuffers()), type);
    }
}
