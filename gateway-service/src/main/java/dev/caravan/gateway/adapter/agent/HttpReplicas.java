package dev.caravan.gateway.adapter.agent;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.app.LoadBoard;
import dev.caravan.gateway.app.Loaded;
import dev.caravan.gateway.app.Replicas;
import dev.caravan.gateway.mapping.WireRuns;
import dev.caravan.wire.KeepAliveMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.client.PrematureCloseException;
import tools.jackson.core.JacksonException;

/** Runs on agents over HTTP; closing the connection is what tells an agent to stop. */
public final class HttpReplicas implements Replicas {

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    /**
     * Connections are told apart by it in their pool, and a new one belongs to the event loop that
     * asks for it; so an answer comes in and goes out on one thread, and no token wakes another.
     */
    private static final AttributeKey<Long> ASKING_THREAD = AttributeKey.valueOf("askingThread");

    private final HttpClient http;
    private final LoadBoard loads;
    private final SilenceGuard silences;

    /**
     * @param silence the longest time an agent may say nothing, see {@link SilenceGuard}
     */
    public HttpReplicas(HttpClient http, LoadBoard loads, Duration silence, Scheduler scheduler) {
        this.http = http;
        this.loads = loads;
        this.silences = new SilenceGuard(silence, scheduler);
    }

    @Override
    public Flux<List<RunFrame>> run(Loaded target, RunRequest request) {
        Object message = WireRuns.message(request, target.replica().id().value());
        Flux<List<RunFrame>> frames =
                post(target, Routes.RUN, request.id(), message)
                        .response(
                                (response, content) ->
                                        response.status().code() == OK
                                                ? FrameReader.read(content)
                                                : refused(target, response, content));
        return silences.guard(frames, where(target)).onErrorMap(fault -> mapped(target, fault));
    }

    @Override
    public Mono<Void> keepAlive(Loaded target, KeepAlive keepAlive) {
        String replica = target.replica().id().value();
        Object message = new KeepAliveMessage(replica, WireRuns.millis(keepAlive));
        Flux<Void> kept =
                post(target, Routes.KEEP_ALIVE, replica, message)
                        .response(
                                (response, content) ->
                                        response.status().code() == NO_CONTENT
                                                ? Mono.<Void>empty()
                                                : refused(target, response, content));
        return silences.guard(kept, where(target))
                .onErrorMap(fault -> mapped(target, fault))
                .then();
    }

    private HttpClient.ResponseReceiver<?> post(
            Loaded target, String route, String requestId, Object message) {
        return http.headers(
                        headers ->
                                headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                                        .set(Routes.REQUEST_ID_HEADER, requestId))
                .attr(ASKING_THREAD, Thread.currentThread().threadId())
                .post()
                .uri(target.agent().address() + route)
                .send(
                        Mono.fromSupplier(
                                () ->
                                        Unpooled.wrappedBuffer(
                                                WireJson.mapper().writeValueAsBytes(message))));
    }

    private <T> Publisher<T> refused(
            Loaded target, HttpClientResponse response, ByteBufFlux content) {
        int status = response.status().code();
        return content.aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> Mono.error(refusal(target, status, read(body))));
    }

    private CaravanException refusal(Loaded target, int status, @Nullable Refusal refusal) {
        if (refusal != null && refusal.status() != null) {
            return new EngineRefusal(refusal.status(), refusal.error());
        }
        String text = refusal == null ? "answered " + status : refusal.error();
        FaultCode code = code(status, refusal);
        if (code == FaultCode.BUSY) {
            ReplicaLoad load = refusal == null ? null : refusal.load();
            int busy = load == null ? target.replica().slots() : load.busy();
            loads.refused(target.replica().id(), busy);
        }
        return new CaravanException(
                code, code == FaultCode.INVALID_REQUEST ? text : where(target) + ": " + text);
    }

    private static FaultCode code(int status, @Nullable Refusal refusal) {
        FaultCode byStatus =
                switch (status) {
                    case 400 -> FaultCode.INVALID_REQUEST;
                    case 404 -> FaultCode.MODEL_NOT_FOUND;
                    case 503 -> FaultCode.BUSY;
                    case 504 -> FaultCode.UPSTREAM_TIMEOUT;
                    default -> FaultCode.UPSTREAM_FAILED;
                };
        FaultCode told = refusal == null ? byStatus : WireRuns.fault(refusal.code(), byStatus);
        return switch (told) {
            case INVALID_REQUEST, MODEL_NOT_FOUND, BUSY, UPSTREAM_TIMEOUT -> told;
            // what an agent may not do, or what broke in it, is not the client's doing
            case QUEUE_FULL, NO_CAPACITY, LOAD_FAILED, UPSTREAM_FAILED, FORBIDDEN, INTERNAL ->
                    FaultCode.UPSTREAM_FAILED;
        };
    }

    private static @Nullable Refusal read(byte[] body) {
        try {
            return body.length == 0 ? null : WireJson.mapper().readValue(body, Refusal.class);
        } catch (JacksonException notOurs) {
            return null;
        }
    }

    private static CaravanException mapped(Loaded target, Throwable fault) {
        return switch (fault) {
            case CaravanException known -> known;
            case PrematureCloseException _ -> FrameReader.cutOff();
            default ->
                    new CaravanException(
                            FaultCode.UPSTREAM_FAILED,
                            where(target) + ": " + fault.getMessage(),
                            fault);
        };
    }

    private static String where(Loaded target) {
        return "agent %s at %s".formatted(target.agent().id(), target.agent().address());
    }
}
