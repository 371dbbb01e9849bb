package dev.caravan.gateway.adapter.scheduler;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.gateway.app.LoadWish;
import dev.caravan.gateway.app.Loaded;
import dev.caravan.gateway.app.ModelLoader;
import dev.caravan.gateway.mapping.WireRuns;
import dev.caravan.gateway.mapping.WireViews;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.LoadMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.UnloadMessage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Asks each scheduler it knows until the leader answers, and goes on asking while a load is
 * pending. The scheduler holds each answer back for a while, so this is not polling.
 */
public final class SchedulerLoader implements ModelLoader {

    /** Short enough that a scheduler that hangs is noticed. */
    private static final Duration HOLD = Duration.ofSeconds(5);

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration PACE = Duration.ofMillis(50);

    private final WebClient http;
    private final SchedulerLeader leader;

    /**
     * @param schedulers base URLs of the scheduler's instances
     */
    public SchedulerLoader(WebClient http, Supplier<List<URI>> schedulers) {
        this.http = http;
        this.leader = new SchedulerLeader(schedulers, "no model can be loaded");
    }

    /** Whether no scheduler answered when one was asked last. */
    public boolean away() {
        return leader.away();
    }

    @Override
    public Mono<Loaded> load(LoadWish wish, Duration patience) {
        LoadMessage message =
                new LoadMessage(
                        wish.requestId(),
                        wish.model().display(),
                        wish.digest().hex(),
                        wish.contextLength(),
                        WireRuns.millis(wish.keepAlive()),
                        wish.distributed().orElse(null),
                        Math.min(HOLD.toMillis(), patience.toMillis()),
                        WireRuns.loading(wish.loading()),
                        avoided(wish));
        return Mono.defer(() -> leader.answer(scheduler -> ask(scheduler, message)))
                .repeatWhen(pending -> pending.delayElements(PACE))
                .filter(answer -> answer.state() != LoadAnswer.State.PENDING)
                .next()
                .timeout(patience, Mono.error(() -> tooLong(wish, patience)))
                .map(answer -> loaded(wish, answer));
    }

    @Override
    public Mono<Void> unload(String requestId, ModelDigest digest) {
        UnloadMessage message = new UnloadMessage(requestId, digest.hex());
        return leader.answer(
                        scheduler ->
                                http.post()
                                        .uri(scheduler.resolve(Routes.UNLOADS))
                                        .header(Routes.REQUEST_ID_HEADER, requestId)
                                        .bodyValue(message)
                                        .retrieve()
                                        .toBodilessEntity()
                                        .timeout(GRACE))
                .then();
    }

    private Mono<LoadAnswer> ask(URI scheduler, LoadMessage message) {
        return http.post()
                .uri(scheduler.resolve(Routes.LOADS))
                .header(Routes.REQUEST_ID_HEADER, message.requestId())
                .bodyValue(message)
                .retrieve()
                .bodyToMono(LoadAnswer.class)
                .timeout(Duration.ofMillis(message.waitMillis()).plus(GRACE));
    }

    private static @Nullable List<String> avoided(LoadWish wish) {
        return wish.avoided().isEmpty()
                ? null
                : wish.avoided().stream().map(ReplicaId::value).sorted().toList();
    }

    private static CaravanException tooLong(LoadWish wish, Duration patience) {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "model %s was not loaded within %d s; ask again, or raise caravan.gateway.cold-wait"
                        .formatted(wish.model(), patience.toSeconds()));
    }

    private static Loaded loaded(LoadWish wish, LoadAnswer answer) {
        ClusterViewMessage.Replica replica = answer.replica();
        ClusterViewMessage.Agent agent = answer.agent();
        if (answer.state() == LoadAnswer.State.READY && replica != null && agent != null) {
            return new Loaded(WireViews.replica(replica), WireViews.agent(agent));
        }
        String error = answer.error();
        throw new CaravanException(
                WireRuns.fault(answer.code(), FaultCode.LOAD_FAILED),
                error == null ? "model " + wish.model() + " could not be loaded" : error);
    }
}
