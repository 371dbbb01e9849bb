package dev.caravan.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import tools.jackson.databind.node.ObjectNode;

/** One model whose replicas are killed while they answer; each agent has its file. */
final class Faults {

    /** Tokens of each answer; a stretch of a second or two. */
    static final int PREDICT = 320;

    private static final int LAYERS = 8;
    private static final int FIRST_CUT = 20;

    /** Early: a client on a busy machine is far behind the engine, which must not be done yet. */
    private static final int LAST_CUT = 80;

    private static final Duration STANDBY = Duration.ofSeconds(60);

    private static final Map<Key, Faults> MADE = new ConcurrentHashMap<>();

    private record Key(LocalCluster cluster, String type) {}

    /** What holds the model, and which part of that dies. */
    enum Shape {
        WHOLE,
        /** Whole, and loaded once more on another agent. */
        WARM,
        MEMBER,
        HEAD
    }

    /** Its engine's process, or the agent with all its engines. */
    enum Victim {
        ENGINE,
        AGENT
    }

    /**
     * @param tokensBefore lines the client had when the victim was killed
     * @param pause the longest time between two lines
     */
    record Broken(Answer answer, int tokensBefore, Duration pause) {

        int tokensAfter() {
            return answer.pieces().size() - tokensBefore;
        }
    }

    private final LocalCluster cluster;
    private final String model;
    private final String prompt;
    private final Map<String, String> oracles = new ConcurrentHashMap<>();

    private Faults(LocalCluster cluster, String model) {
        this.cluster = cluster;
        this.model = model;
        this.prompt = cluster.randomText();
    }

    /** Another one in each run. */
    String prompt() {
        return prompt;
    }

    /** The model of that type; the first time its file is spread over all agents. */
    static Faults on(LocalCluster cluster, String type) {
        return MADE.computeIfAbsent(
                new Key(cluster, type),
                _ -> {
                    String model =
                            cluster.fixture(type, 31, "--layers", "" + LAYERS, "--width", "512");
                    cluster.spread(model);
                    return new Faults(cluster, model);
                });
    }

    String model() {
        return model;
    }

    /** What an engine says that nothing happens to, with the switches of the policy exact. */
    String oracle(String route, String prompt) throws IOException {
        String known = oracles.get(route + prompt);
        if (known == null) {
            known = oracle(route, prompt, DirectEngine.EXACT);
            oracles.put(route + prompt, known);
        }
        return known;
    }

    String oracle(String route, String prompt, List<String> switches) throws IOException {
        Path log = cluster.home().resolve("oracle-" + System.nanoTime() + ".log");
        try (DirectEngine engine = cluster.oracle(model, switches, log)) {
            String text = route.endsWith("chat") ? engine.template(prompt) : prompt;
            return engine.complete(text, PREDICT).text();
        }
    }

    void policy(String continuation, Shape shape) {
        ObjectNode policy = OllamaClient.JSON.createObjectNode().put("continuation", continuation);
        switch (shape) {
            case WHOLE -> {}
            case WARM -> policy.put("standby", 1);
            case MEMBER, HEAD -> policy.put("minimumHosts", 2);
        }
        cluster.putPolicy(model, policy);
        cluster.unload(model);
    }

    /** Asks, and kills when the client has a random number of tokens. */
    Broken kill(Shape shape, Victim victim, String route, String prompt) {
        return signal("KILL", shape, victim, route, prompt);
    }

    /** Asks, and stops the engine's process, which does not end by that. */
    Broken stop(Shape shape, String route, String prompt) {
        return signal("STOP", shape, Victim.ENGINE, route, prompt);
    }

    private Broken signal(String name, Shape shape, Victim victim, String route, String prompt) {
        cluster.load(model);
        int cut = cluster.random(FIRST_CUT, LAST_CUT);
        if (shape == Shape.WARM) {
            Awaitility.await("two replicas of " + model)
                    .atMost(STANDBY)
                    .until(() -> cluster.ready(model).size() == 2);
            // which of the two answers is known when one does
            return broken(
                    route,
                    body(route, prompt),
                    cut,
                    () -> LocalCluster.signal(name, cluster.busy(model, victim == Victim.AGENT)));
        }
        long pid = victim(shape, victim);
        return broken(route, body(route, prompt), cut, () -> LocalCluster.signal(name, pid));
    }

    ObjectNode body(String route, String prompt) {
        return route.endsWith("chat")
                ? OllamaClient.chat(model, prompt, PREDICT)
                : OllamaClient.generate(model, prompt, PREDICT).put("raw", true);
    }

    /** Kills the engine each time the client has that many more tokens. */
    Broken killEach(String route, String prompt, int every, int times) {
        cluster.load(model);
        Set<Long> killed = new HashSet<>();
        AtomicInteger left = new AtomicInteger(times);
        AtomicInteger lines = new AtomicInteger();
        Answer answer =
                cluster.client()
                        .postAsync(
                                route,
                                body(route, prompt),
                                _ -> {
                                    if (lines.incrementAndGet() % every == 0
                                            && left.getAndDecrement() > 0) {
                                        LocalCluster.kill(answering(killed));
                                    }
                                })
                        .join();
        return new Broken(answer, every * times, Duration.ZERO);
    }

    /** The process that answers now; lines of the one before it may still have to be read. */
    private long answering(Set<Long> killed) {
        long pid =
                Awaitility.await("an engine that was not killed answers")
                        .atMost(STANDBY)
                        .pollInterval(Duration.ofMillis(10))
                        .ignoreExceptions()
                        .until(
                                () -> cluster.engine(model),
                                engine -> !killed.contains(engine.pid()) && engine.decoded() > 5)
                        .pid();
        killed.add(pid);
        return pid;
    }

    private Broken broken(String route, ObjectNode body, int cut, Runnable fault) {
        AtomicInteger lines = new AtomicInteger();
        AtomicReference<Instant> before = new AtomicReference<>(Instant.now());
        AtomicReference<Duration> pause = new AtomicReference<>(Duration.ZERO);
        Answer answer =
                cluster.client()
                        .postAsync(
                                route,
                                body,
                                _ -> {
                                    Instant now = Instant.now();
                                    Duration gap = Duration.between(before.getAndSet(now), now);
                                    if (lines.get() > 0 && gap.compareTo(pause.get()) > 0) {
                                        pause.set(gap);
                                    }
                                    if (lines.incrementAndGet() == cut) {
                                        fault.run();
                                    }
                                })
                        .join();
        return new Broken(answer, cut, pause.get());
    }

    private long victim(Shape shape, Victim victim) {
        return switch (shape) {
            case WHOLE, WARM, HEAD ->
                    victim == Victim.ENGINE
                            ? cluster.engine(model).pid()
                            : cluster.agentOf(model).pid();
            case MEMBER ->
                    victim == Victim.ENGINE
                            ? cluster.members(model).getFirst().path("pid").asLong()
                            : cluster.agentLending(model).pid();
        };
    }
}
