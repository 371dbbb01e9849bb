package dev.caravan.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.gateway.app.Views;
import dev.caravan.platform.Neighbours;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What the gateway says of itself and of the cluster, from memory. */
public final class SystemHandler {

    /** The Ollama whose API this is; clients compare its dotted numbers. */
    private static final String OLLAMA_VERSION = "0.33.0";

    private static final List<String> SERVICES =
            List.of("registry-service", "scheduler-service", "health-service", "worker-agent");

    private final Views views;
    private final Neighbours neighbours;
    private final String version;

    /**
     * @param version of this build
     */
    public SystemHandler(Views views, Neighbours neighbours, String version) {
        this.views = views;
        this.neighbours = neighbours;
        this.version = version;
    }

    record Version(String version) {}

    record Status(Cloud cloud, Cluster cluster) {}

    /** Nothing of this API is passed on to ollama.com. */
    record Cloud(boolean disabled, String source) {}

    /**
     * @param view what requests are routed by; epoch 0 as long as there is none
     * @param nodes agents by verdict
     * @param models that can be asked for
     * @param replicas that are loaded
     * @param services instances the registry told of, the last ones while it is away
     */
    record Cluster(
            String version,
            View view,
            Map<String, Long> nodes,
            int models,
            int replicas,
            Map<String, Integer> services) {}

    record View(long epoch, long number) {}

    Mono<ServerResponse> root(ServerRequest request) {
        return Whole.bytes(Whole.TEXT, "Ollama is running".getBytes(UTF_8));
    }

    Mono<ServerResponse> version(ServerRequest request) {
        return Whole.json(new Version(OLLAMA_VERSION));
    }

    Mono<ServerResponse> status(ServerRequest request) {
        return Whole.json(new Status(new Cloud(true, "config"), cluster()));
    }

    Mono<ServerResponse> clusterStatus(ServerRequest request) {
        return Whole.json(cluster());
    }

    private Cluster cluster() {
        ClusterView view = views.current();
        Map<String, Long> nodes = new LinkedHashMap<>();
        for (Verdict verdict : Verdict.values()) {
            nodes.put(
                    verdict.name().toLowerCase(Locale.ROOT),
                    view.agents().stream().filter(agent -> agent.verdict() == verdict).count());
        }
        Map<String, Integer> services = new LinkedHashMap<>();
        SERVICES.forEach(name -> services.put(name, neighbours.instances(name).size()));
        return new Cluster(
                version,
                new View(view.version().epoch(), view.version().number()),
                nodes,
                view.models().size(),
                view.replicas().size(),
                services);
    }
}
