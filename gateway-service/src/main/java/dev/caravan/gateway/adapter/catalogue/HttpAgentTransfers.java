package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.AgentTransfers;
import dev.caravan.gateway.app.models.Progress;
import dev.caravan.wire.CopyMessage;
import dev.caravan.wire.DeleteMessage;
import dev.caravan.wire.FetchMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.TransferMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The agents' transfer routes. */
public final class HttpAgentTransfers implements AgentTransfers {

    private static final String SERVICE = "worker-agent";

    private final WebClient client;
    private final Duration patience;

    /**
     * @param patience how long an agent may take to delete or copy; transfers take what they take
     */
    public HttpAgentTransfers(WebClient client, Duration patience) {
        this.client = client;
        this.patience = patience;
    }

    @Override
    public Mono<Void> delete(URI agent, ModelRef name) {
        return done(agent, Routes.DELETE, new DeleteMessage(name.display()));
    }

    @Override
    public Mono<Void> copy(URI agent, ModelRef source, ModelRef destination) {
        return done(agent, Routes.COPY, new CopyMessage(source.display(), destination.display()));
    }

    @Override
    public Flux<Progress> pull(URI agent, ModelRef name, boolean insecure) {
        return steps(agent, Routes.PULL, new TransferMessage(name.display(), insecure));
    }

    @Override
    public Flux<Progress> push(URI agent, ModelRef name, boolean insecure) {
        return steps(agent, Routes.PUSH, new TransferMessage(name.display(), insecure));
    }

    @Override
    public Flux<Progress> fetch(URI agent, ModelRef name, ModelDigest digest, List<URI> holders) {
        return steps(
                agent,
                Routes.FETCH,
                new FetchMessage(
                        name.display(),
                        digest.hex(),
                        holders.stream().map(URI::toString).toList()));
    }

    private Mono<Void> done(URI agent, String path, Object message) {
        return post(agent, path, message)
                .exchangeToMono(
                        response ->
                                response.statusCode().is2xxSuccessful()
                                        ? response.releaseBody()
                                        : Calls.<Void>refused(response))
                .timeout(patience)
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    private Flux<Progress> steps(URI agent, String path, Object message) {
        return post(agent, path, message)
                .exchangeToFlux(ProgressLines::steps)
                .onErrorMap(failure -> Calls.away(failure, SERVICE, agent));
    }

    private WebClient.RequestHeadersSpec<?> post(URI agent, String path, Object message) {
        return client.post()
                .uri(agent.resolve(path))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(WireJson.mapper().writeValueAsBytes(message));
    }
}
