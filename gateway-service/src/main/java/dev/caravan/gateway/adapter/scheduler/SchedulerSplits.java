package dev.caravan.gateway.adapter.scheduler;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.PlanWish;
import dev.caravan.gateway.app.models.SplitControl;
import dev.caravan.wire.PolicyChange;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks the scheduler's leader for plans and policies; its answers are passed on as they are. */
public final class SchedulerSplits implements SplitControl {

    private static final String CONTINUATION = "continuation";

    /** A leader that has to tell agents of a policy waits 3 s for the slowest. */
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private static final Set<String> FIELDS =
            new TreeSet<>(
                    Set.of(
                            CONTINUATION,
                            "ranges",
                            "minimumHosts",
                            "standby",
                            "contextLength",
                            "engineOptions",
                            "epoch",
                            "number"));

    private final WebClient http;
    private final SchedulerLeader leader;

    /**
     * @param schedulers base URLs of the scheduler's instances
     */
    public SchedulerSplits(WebClient http, Supplier<List<URI>> schedulers) {
        this.http = http;
        this.leader = new SchedulerLeader(schedulers, "there are no plans and policies");
    }

    @Override
    public Mono<byte[]> plan(PlanWish wish) {
        Map<String, String> query = new TreeMap<>(wish.options());
        query.put("model", wish.model().display());
        query.put("digest", wish.digest().hex());
        return get(Routes.PLAN, query);
    }

    @Override
    public Mono<byte[]> policy(ModelRef model) {
        return get(Routes.POLICY, Map.of("model", model.display()));
    }

    private Mono<byte[]> get(String path, Map<String, String> query) {
        return leader.answerOrRefusal(
                scheduler -> {
                    UriComponentsBuilder uri =
                            UriComponentsBuilder.fromUri(scheduler.resolve(path));
                    query.keySet().forEach(name -> uri.queryParam(name, "{" + name + "}"));
                    return http.get()
                            .uri(uri.encode().buildAndExpand(query).toUri())
                            .retrieve()
                            .bodyToMono(byte[].class)
                            .timeout(TIMEOUT);
                });
    }

    @Override
    public Mono<byte[]> replacePolicy(ModelRef model, byte[] json) {
        return Mono.fromSupplier(() -> new PolicyChange(model.display(), read(json)))
                .flatMap(
                        change ->
                                leader.answerOrRefusal(
                                        scheduler ->
                                                http.put()
                                                        .uri(scheduler.resolve(Routes.POLICY))
                                                        .contentType(MediaType.APPLICATION_JSON)
                                                        .bodyValue(change)
                                                        .retrieve()
                                                        .bodyToMono(byte[].class)
                                                        .timeout(TIMEOUT)));
    }

    /** A field with a slip of the pen must not be dropped in silence. */
    private static PolicyMessage read(byte[] json) {
        try {
            if (!(WireJson.mapper().readTree(json) instanceof ObjectNode policy)) {
                throw invalid("policy: no object (expected: {\"continuation\": ...})");
            }
            for (String field : policy.propertyNames()) {
                if (!FIELDS.contains(field)) {
                    throw invalid(
                            "policy: unknown field \"%s\" (expected: %s)".formatted(field, FIELDS));
                }
            }
            policy.put("epoch", 0).put("number", 0);
            JsonNode continuation = policy.path(CONTINUATION);
            if (continuation.isMissingNode() || continuation.isNull()) {
                policy.put(CONTINUATION, "fluent");
            }
            return WireJson.mapper().treeToValue(policy, PolicyMessage.class);
        } catch (JacksonException wrong) {
            throw invalid("policy: " + wrong.getOriginalMessage());
        }
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
