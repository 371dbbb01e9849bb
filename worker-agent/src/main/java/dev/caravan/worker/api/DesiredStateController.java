package dev.caravan.worker.api;

import static dev.caravan.worker.api.Bodies.required;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.wire.DesiredAnswer;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.KeepAliveMessage;
import dev.caravan.wire.Routes;
import dev.caravan.worker.app.desired.ReconcileLoop;
import dev.caravan.worker.app.desired.Wishes;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.engine.Stages;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** What the scheduler tells the agent to run, and for how long. */
@RestController
public final class DesiredStateController {

    private final ReconcileLoop reconcile;
    private final EngineSupervisor supervisor;
    private final KeepAlive defaultKeepAlive;

    public DesiredStateController(
            ReconcileLoop reconcile, EngineSupervisor supervisor, KeepAlive defaultKeepAlive) {
        this.reconcile = reconcile;
        this.supervisor = supervisor;
        this.defaultKeepAlive = defaultKeepAlive;
    }

    @PutMapping(Routes.DESIRED)
    public Mono<Void> desired(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        return Bodies.read(exchange.getRequest(), DesiredEngines.class)
                .flatMap(this::offer)
                .flatMap(
                        answer -> {
                            response.setStatusCode(
                                    answer.accepted() ? HttpStatus.OK : HttpStatus.CONFLICT);
                            return Bodies.write(
                                    response,
                                    new DesiredAnswer(
                                            answer.accepted(),
                                            answer.held().epoch(),
                                            answer.held().number()));
                        })
                .onErrorResume(failure -> Refusals.write(response, failure, null));
    }

    private Mono<ReconcileLoop.Answer> offer(DesiredEngines message) {
        return reconcile.offer(
                new Version(message.epoch(), message.generation()),
                new Wishes(
                        required(message.engines(), "engines").stream().map(this::wanted).toList(),
                        message.lent().stream().map(DesiredStateController::member).toList()));
    }

    private WantedEngine wanted(DesiredEngines.Engine engine) {
        return new WantedEngine(
                new ReplicaId(required(engine.replicaId(), "replicaId")),
                model(engine.model()),
                new ModelDigest(required(engine.digest(), "digest")),
                engine.contextLength(),
                engine.slots(),
                Continuation.parse(required(engine.continuation(), "continuation")),
                KeepAlives.orElse(engine.keepAliveMillis(), defaultKeepAlive),
                new Stages(
                        orNone(engine.stages()).stream()
                                .map(DesiredStateController::stage)
                                .toList()),
                orNone(engine.engineOptions()),
                loading(engine.loading()));
    }

    private static LoadOptions loading(dev.caravan.wire.@Nullable LoadOptions wishes) {
        return wishes == null
                ? LoadOptions.NONE
                : new LoadOptions(
                        number(wishes.batch()),
                        number(wishes.gpuLayers()),
                        number(wishes.mainGpu()),
                        number(wishes.threads()),
                        Optional.ofNullable(wishes.mmap()));
    }

    private static OptionalInt number(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return Objects.requireNonNullElse(list, List.of());
    }

    private static ModelRef model(@Nullable String name) {
        return ModelRef.parse(required(name, "model"))
                .orElseThrow(
                        () ->
                                Bodies.invalid(
                                        "model: \"%s\" (expected: [host/][namespace/]model[:tag])"
                                                .formatted(name)));
    }

    private static Stage stage(DesiredEngines.Stage stage) {
        return new Stage(
                new AgentId(required(stage.agentId(), "agentId of a stage")),
                required(stage.address(), "address of a stage"),
                Optional.ofNullable(stage.memberId()).map(MemberId::new),
                stage.layers());
    }

    private static WantedMember member(DesiredEngines.Member member) {
        return new WantedMember(
                new MemberId(required(member.memberId(), "memberId")),
                new ReplicaId(required(member.groupId(), "groupId")),
                model(member.model()),
                new ModelDigest(required(member.digest(), "digest")),
                new AgentId(required(member.headAgentId(), "headAgentId")),
                member.firstLayer(),
                member.layers(),
                Continuation.parse(required(member.continuation(), "continuation")),
                new ByteSize(member.memory()));
    }

    @PostMapping(Routes.KEEP_ALIVE)
    public Mono<Void> keepAlive(ServerWebExchange exchange) {
        ServerHttpResponse response = exchange.getResponse();
        return Bodies.read(exchange.getRequest(), KeepAliveMessage.class)
                .flatMap(
                        message -> {
                            boolean here = keep(message);
                            response.setStatusCode(
                                    here ? HttpStatus.NO_CONTENT : HttpStatus.NOT_FOUND);
                            return response.setComplete();
                        })
                .onErrorResume(failure -> Refusals.write(response, failure, null));
    }

    private boolean keep(KeepAliveMessage message) {
        return supervisor.keep(
                new ReplicaId(required(message.replicaId(), "replicaId")),
                KeepAlives.of(message.keepAliveMillis()));
    }
}
