package dev.caravan.scheduler;

import dev.caravan.core.cluster.Version;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.DesiredAnswer;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.EngineBuild;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyChange;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.Routes;
import dev.caravan.wire.VersionMessage;
import dev.caravan.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** An agent over real HTTP that holds one model and does with its engines what the test says. */
final class FakeAgent implements AutoCloseable {

    static final long MEBIBYTE = 1 << 20;

    private final String id = UUID.randomUUID().toString();
    private final String digest =
            (UUID.randomUUID().toString() + UUID.randomUUID()).replace("-", "");
    private static final FactsMessage SMALL =
            new FactsMessage(2, 100 * MEBIBYTE, 1024, 8192, 64, null, null);

    private final String model = "model-" + id.substring(0, 8) + ":latest";
    private final long memory;
    private final boolean ollama;
    private final boolean holder;
    private final FactsMessage facts;
    private final String rpcProtocol;
    private PolicyMessage policy;
    private int policyStatus = 204;
    private final List<PolicyChange> policies = new ArrayList<>();
    private final Map<String, AgentReport.Member> members = new LinkedHashMap<>();
    private final DisposableServer server;

    /** Its own, since a service that ends in this JVM ends the shared ones. */
    private final LoopResources loops = LoopResources.create("fake-agent", 1, true);

    private final Map<String, AgentReport.Replica> replicas = new LinkedHashMap<>();
    private final List<DesiredEngines> accepted = new ArrayList<>();
    private Version held = Version.NONE;
    private @Nullable Version secretlyHeld;
    private long sequence = 1;

    FakeAgent(long mebibytes) {
        this(mebibytes, true, SMALL, "", false);
    }

    /** Has no engine of its own and an Ollama on another host, whose the model is. */
    static FakeAgent withOllamaElsewhere(long mebibytes) {
        return new FakeAgent(mebibytes, true, SMALL, "", true);
    }

    /** With an RPC server; it holds a model of eight layers of 100 MiB, or lends memory alone. */
    static FakeAgent ofGroup(long mebibytes, boolean holder) {
        return new FakeAgent(
                mebibytes,
                holder,
                new FactsMessage(
                        8,
                        900 * MEBIBYTE,
                        1024,
                        8192,
                        64,
                        Collections.nCopies(8, 100 * MEBIBYTE),
                        50 * MEBIBYTE),
                "8.0.0",
                false);
    }

    private FakeAgent(
            long mebibytes,
            boolean holder,
            FactsMessage facts,
            String rpcProtocol,
            boolean ollama) {
        this.ollama = ollama;
        this.policy = PolicyMessage.of(0, 0, ollama ? "fluent" : "exact");
        this.memory = mebibytes * MEBIBYTE;
        this.holder = holder;
        this.facts = facts;
        this.rpcProtocol = rpcProtocol;
        this.server =
                HttpServer.create()
                        .runOn(loops)
                        .host("127.0.0.1")
                        .port(0)
                        .route(
                                routes ->
                                        routes.put(Routes.DESIRED, this::desired)
                                                .put(Routes.MODEL_POLICY, this::policy)
                                                .get(Routes.REPORT, this::answerReport))
                        .bindNow();
    }

    String id() {
        return id;
    }

    String digest() {
        return digest;
    }

    String model() {
        return model;
    }

    String address() {
        return "http://127.0.0.1:" + server.port();
    }

    /** The versions of desired engines it took on, in order. */
    synchronized List<DesiredEngines> accepted() {
        return List.copyOf(accepted);
    }

    /** Another leader has told it something that its report does not show yet. */
    synchronized void holdsSecretly(Version version) {
        secretlyHeld = version;
    }

    /** It answers this to policies from now on; it keeps those that it takes. */
    synchronized void answersPolicies(int status) {
        policyStatus = status;
    }

    synchronized List<PolicyChange> policies() {
        return List.copyOf(policies);
    }

    private Mono<Void> policy(HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asString()
                .flatMap(
                        body ->
                                response.status(
                                                take(
                                                        WireJson.mapper()
                                                                .readValue(
                                                                        body, PolicyChange.class)))
                                        .send());
    }

    private synchronized int take(PolicyChange change) {
        policies.add(change);
        if (policyStatus == 204) {
            policy = change.policy();
            sequence++;
        }
        return policyStatus;
    }

    /** All its RPC servers turn to this. */
    synchronized void lends(ReplicaState state) {
        members.replaceAll(
                (_, member) ->
                        new AgentReport.Member(
                                member.memberId(),
                                member.groupId(),
                                member.model(),
                                member.digest(),
                                state,
                                member.firstLayer(),
                                member.layers(),
                                member.memory(),
                                1,
                                true,
                                null,
                                state == ReplicaState.FAILED ? "killed" : null));
        sequence++;
    }

    private static AgentReport.Member lent(DesiredEngines.Member member) {
        return new AgentReport.Member(
                member.memberId(),
                member.groupId(),
                member.model(),
                member.digest(),
                ReplicaState.LOADING,
                member.firstLayer(),
                member.layers(),
                MEBIBYTE,
                1,
                false,
                null,
                null);
    }

    private Mono<Void> desired(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().aggregate().asString().flatMap(body -> answer(response, body));
    }

    private Mono<Void> answer(HttpServerResponse response, String body) {
        DesiredAnswer answer = offer(WireJson.mapper().readValue(body, DesiredEngines.class));
        return response.status(answer.accepted() ? 200 : 409)
                .header("Content-Type", "application/json")
                .sendString(Mono.just(WireJson.mapper().writeValueAsString(answer)))
                .then();
    }

    private synchronized DesiredAnswer offer(DesiredEngines offered) {
        Version version = new Version(offered.epoch(), offered.generation());
        if (secretlyHeld != null && secretlyHeld.newerThan(held)) {
            held = secretlyHeld;
        }
        if (held.newerThan(version)) {
            return new DesiredAnswer(false, held.epoch(), held.number());
        }
        held = version;
        sequence++;
        accepted.add(offered);
        replicas.keySet()
                .retainAll(
                        offered.engines().stream().map(DesiredEngines.Engine::replicaId).toList());
        offered.engines()
                .forEach(
                        engine ->
                                replicas.computeIfAbsent(engine.replicaId(), _ -> loading(engine)));
        members.keySet()
                .retainAll(offered.lent().stream().map(DesiredEngines.Member::memberId).toList());
        offered.lent()
                .forEach(member -> members.computeIfAbsent(member.memberId(), _ -> lent(member)));
        return new DesiredAnswer(true, held.epoch(), held.number());
    }

    private static AgentReport.Replica loading(DesiredEngines.Engine engine) {
        return replica(engine, ReplicaState.LOADING, null, null);
    }

    private static AgentReport.Replica replica(
            DesiredEngines.Engine engine,
            ReplicaState state,
            @Nullable Integer exitCode,
            @Nullable String fault) {
        return new AgentReport.Replica(
                engine.replicaId(),
                engine.model(),
                engine.digest(),
                state,
                engine.contextLength(),
                engine.slots() == 0 ? 4 : engine.slots(),
                0,
                engine.continuation(),
                MEBIBYTE,
                4711,
                "127.0.0.1:1",
                0,
                null,
                exitCode,
                fault,
                engine.stages());
    }

    /** The engine of its newest wish is ready; its id. */
    synchronized String becomesReady() {
        return turns(ReplicaState.READY, null, null);
    }

    synchronized String crashes(int exitCode, String lastLines) {
        return turns(ReplicaState.FAILED, exitCode, lastLines);
    }

    private String turns(ReplicaState state, @Nullable Integer exitCode, @Nullable String fault) {
        DesiredEngines.Engine engine = accepted.getLast().engines().getLast();
        replicas.put(engine.replicaId(), replica(engine, state, exitCode, fault));
        sequence++;
        return engine.replicaId();
    }

    synchronized AgentReport report() {
        return new AgentReport(
                id,
                "host-" + id,
                address(),
                "test",
                1,
                sequence,
                ollama
                        ? null
                        : new EngineBuild("llama.cpp", "b1", rpcProtocol, List.of("CPU"), "path"),
                ollama ? "llama-server: not found" : null,
                2,
                new AgentReport.Memory(memory, memory, memory, 0),
                new AgentReport.Store(1, 1),
                new VersionMessage(held.epoch(), held.number()),
                List.copyOf(replicas.values()),
                members.isEmpty() ? null : List.copyOf(members.values()),
                holder ? List.of(held()) : List.of(),
                ollama
                        ? List.of(
                                new AgentReport.Adopted(
                                        "ollama", "http://gpu:11434", "0.33.0", 1, false, null))
                        : null,
                null);
    }

    private AgentReport.Model held() {
        return new AgentReport.Model(
                model,
                digest,
                facts.weights(),
                1,
                new ModelDetails("", "gguf", "llama", List.of("llama"), "1M", "F16", 8192, 64),
                List.of("completion"),
                facts,
                policy,
                null,
                ollama ? "ollama" : null);
    }

    AgentEvent event(AgentEvent.Type type, String subject) {
        return new AgentEvent(id, 1, type, subject, null, report());
    }

    AgentRecord record(String verdict) {
        return new AgentRecord(report(), verdict, "test", 1);
    }

    private Mono<Void> answerReport(HttpServerRequest request, HttpServerResponse response) {
        byte[] body =
                WireJson.mapper().writeValueAsString(report()).getBytes(StandardCharsets.UTF_8);
        return response.header("Content-Type", "application/json")
                .sendByteArray(Mono.just(body))
                .then();
    }

    @Override
    public void close() {
        server.disposeNow();
        loops.dispose();
    }
}
