package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.AgentState;
import dev.caravan.gateway.app.models.AgentStores;
import dev.caravan.gateway.app.models.NewModel;
import dev.caravan.gateway.app.models.Progress;
import dev.caravan.gateway.app.models.ShownModel;
import dev.caravan.platform.Neighbours;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Routes;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.ShowQuery;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The agents' store routes. An agent is asked where the view or the registry says it is: the view
 * has what a gateway that started without a registry needs, the registry agents that are so new
 * that no view has them.
 */
public final class HttpAgentStores implements AgentStores {

    private static final String SERVICE = "worker-agent";

    private final WebClient client;
    private final Views views;
    private final Neighbours neighbours;
    private final Duration patience;

    /**
     * @param patience how long an agent may take for a short answer; uploads and creates take what
     *     they take
     */
    public HttpAgentStores(
            WebClient client, Views views, Neighbours neighbours, Duration patience) {
        this.client = client;
        this.views = views;
        this.neighbours = neighbours;
        this.patience = patience;
    }

    @Override
    public List<URI> addresses() {
        Set<URI> addresses = new LinkedHashSet<>();
        views.current().agents().stream()
                .filter(agent -> agent.verdict() != AgentSnapshot.Verdict.DOWN)
                .map(agent -> URI.create(agent.address()))
                .forEach(addresses::add);
        addresses.addAll(neighbours.instances(SERVICE));
        return List.copyOf(addresses);
    }

    @Override
    public Mono<AgentState> state(URI agent) {
        return client.get()
                .uri(agent.resolve(Routes.REPORT))
                .exchangeToMono(response -> Calls.record(response, AgentReport.class))
                .timeout(patience)
                .map(report -> AgentMessages.state(agent, report))
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    @Override
    public Mono<Boolean> holds(URI agent, String blob) {
        return client.head()
                .uri(blobAt(agent, blob))
                .exchangeToMono(
                        response -> response.releaseBody().thenReturn(response.statusCode()))
                .timeout(patience)
                .map(HttpStatus.OK::equals)
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    @Override
    public Mono<Boolean> put(URI agent, String blob, OptionalLong length, Flux<DataBuffer> bytes) {
        var request =
                client.post()
                        .uri(blobAt(agent, blob))
                        .contentType(MediaType.APPLICATION_OCTET_STREAM);
        length.ifPresent(request::contentLength);
        return request.body(BodyInserters.fromDataBuffers(bytes))
                .exchangeToMono(HttpAgentStores::stored)
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    private static Mono<Boolean> stored(ClientResponse response) {
        if (response.statusCode().is2xxSuccessful()) {
            boolean created = response.statusCode().equals(HttpStatus.CREATED);
            return response.releaseBody().thenReturn(created);
        }
        return Calls.refused(response);
    }

    @Override
    public Flux<Progress> create(URI agent, NewModel model) {
        return client.post()
                .uri(agent.resolve(Routes.CREATE))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(WireJson.mapper().writeValueAsBytes(CreateMessages.of(model)))
                .exchangeToFlux(ProgressLines::steps)
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    @Override
    public Mono<ShownModel> show(URI agent, ModelRef name, boolean verbose) {
        return client.post()
                .uri(agent.resolve(Routes.SHOW))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(
                        WireJson.mapper().writeValueAsBytes(new ShowQuery(name.display(), verbose)))
                .exchangeToMono(response -> Calls.record(response, ShowMessage.class))
                .timeout(patience)
                .map(message -> AgentMessages.shown(name, message))
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    private static URI blobAt(URI agent, String blob) {
        return agent.resolve(Routes.BLOB.replace("{digest}", blob));
    }
}
