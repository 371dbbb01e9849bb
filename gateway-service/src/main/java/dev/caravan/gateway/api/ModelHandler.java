package dev.caravan.gateway.api;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.AgentSurvey;
import dev.caravan.gateway.app.models.Catalogue;
import dev.caravan.gateway.app.models.ModelCreation;
import dev.caravan.gateway.app.models.ModelShows;
import dev.caravan.gateway.app.models.NewModel;
import dev.caravan.gateway.app.models.ShownModel;
import dev.caravan.gateway.dialect.ollama.CreateReader;
import dev.caravan.gateway.dialect.ollama.CreateReader.CreateCall;
import dev.caravan.gateway.dialect.ollama.GoObject;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.gateway.dialect.ollama.ProgressShape;
import dev.caravan.gateway.dialect.ollama.RunningAnswer;
import dev.caravan.gateway.dialect.ollama.ShowAnswer;
import dev.caravan.gateway.dialect.ollama.ShowReader;
import dev.caravan.gateway.dialect.ollama.ShowReader.ShowCall;
import dev.caravan.gateway.dialect.ollama.TagsAnswer;
import java.time.InstantSource;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Lists, shows and makes models. */
public final class ModelHandler {

    /** It shows this as the model's name, so Ollama tells it what it has asked for. */
    private static final String COPILOT = "GitHubCopilotChat/";

    private static final String BASE_NAME = "general.basename";

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
        boolean copilot =
                request.headers().header(HttpHeaders.USER_AGENT).stream()
                        .anyMatch(agent -> agent.startsWith(COPILOT));
        return body(request, ShowReader.TYPE)
                .map(ShowReader::read)
                .flatMap(call -> show(call, copilot))
                .map(ShowAnswer::of)
                .flatMap(Whole::json);
    }

    private Mono<ShownModel> show(ShowCall call, boolean copilot) {
        return shows.show(call.name(), call.verbose())
                .map(model -> call.system().map(model::withSystem).orElse(model))
                .map(model -> copilot ? model.withFact(BASE_NAME, call.sent()) : model);
    }

    Mono<ServerResponse> create(ServerRequest request) {
        return body(request, CreateReader.TYPE).map(CreateReader::read).flatMap(this::create);
    }

    private Mono<ServerResponse> create(CreateCall call) {
        return Mono.fromSupplier(call.model())
                .flatMap(model -> create(model, call))
                .onErrorResume(CaravanException.class, ProgressAnswer::failed);
    }

    private Mono<ServerResponse> create(NewModel model, CreateCall call) {
        Flux<ProgressShape> steps = creation.create(model, call.insecure()).map(ProgressShape::of);
        return ProgressAnswer.of(draining.bounded(steps), call.stream());
    }

    private Mono<GoObject> body(ServerRequest request, String type) {
        return bodies.read(request.body(BodyExtractors.toDataBuffers()), type);
    }
}
