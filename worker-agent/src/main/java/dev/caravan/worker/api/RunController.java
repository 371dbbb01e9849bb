package dev.caravan.worker.api;

import static dev.caravan.worker.api.Bodies.required;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.run.RunFrame;
import dev.caravan.wire.FrameCodec;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.Routes;
import dev.caravan.wire.RunMessage;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.run.Runs;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs one request. The status is decided by the first frame: until there is one the answer can
 * still be a refusal. A client that leaves cancels the run.
 */
@RestController
public final class RunController {

    private static final FrameCodec CODEC = new FrameCodec();

    private final Runs runs;
    private final EngineSupervisor supervisor;

    public RunController(Runs runs, EngineSupervisor supervisor) {
        this.runs = runs;
        this.supervisor = supervisor;
    }

    @PostMapping(Routes.RUN)
    public Mono<Void> run(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        echoRequestId(exchange);
        return Bodies.read(exchange.getRequest(), RunMessage.class)
                .flatMap(message -> answer(response, message))
                .onErrorResume(
                        failure ->
                                response.isCommitted()
                                        ? Mono.error(failure)
                                        : Refusals.write(response, failure, null));
    }

    private Mono<Void> answer(ServerHttpResponse response, RunMessage message) {
        ReplicaId id = new ReplicaId(required(message.replicaId(), "replicaId"));
        Flux<RunFrame> frames =
                runs.run(
                        id,
                        new ModelDigest(required(message.digest(), "digest")),
                        RunMessages.request(message),
                        KeepAlives.of(message.keepAliveMillis()));
        response.beforeCommit(() -> Mono.fromRunnable(() -> tellLoad(response.getHeaders(), id)));
        response.getHeaders().setContentType(MediaType.APPLICATION_NDJSON);
        return response.writeWith(
                        frames.map(RunMessages::frame)
                                .map(CODEC::encode)
                                .map(response.bufferFactory()::wrap))
                .onErrorResume(
                        failure ->
                                response.isCommitted()
                                        ? Mono.error(failure)
                                        : Refusals.write(
                                                response,
                                                failure,
                                                Loads.of(supervisor, id).orElse(null)));
    }

    private void tellLoad(HttpHeaders headers, ReplicaId id) {
        Loads.of(supervisor, id)
                .map(ReplicaLoad::header)
                .ifPresent(load -> headers.set(Routes.LOAD_HEADER, load));
    }

    private static void echoRequestId(ServerWebExchange exchange) {
        String id = exchange.getRequest().getHeaders().getFirst(Routes.REQUEST_ID_HEADER);
        if (id != null) {
            exchange.getResponse().getHeaders().set(Routes.REQUEST_ID_HEADER, id);
        }
    }
}
