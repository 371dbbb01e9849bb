package dev.caravan.cli.cluster;

import dev.caravan.cli.redis.RedisChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The command line and the settings of each member. Settings go by the environment, so that they
 * are seen in one place and reach what a member itself starts.
 */
final class LaunchPlan {

    /** Carried by every process of a cluster, whoever started it. */
    static final String CLUSTER_ID = "CARAVAN_CLUSTER_ID";

    private static final String LOG_BYTES = "5MB";
    private static final String LOGS_BYTES = "20MB";

    private final Home home;
    private final ClusterFile cluster;
    private final Jvm jvm;
    private final int cores;
    private final Map<String, String> ofAgents;

    /**
     * @param cores of this machine, shared evenly by the agents
     * @param ofAgents what only agents are told; wins over what all are told
     */
    LaunchPlan(Home home, ClusterFile cluster, Jvm jvm, int cores, Map<String, String> ofAgents) {
        this.home = home;
        this.cluster = cluster;
        this.jvm = jvm;
        this.cores = cores;
        this.ofAgents = Map.copyOf(ofAgents);
    }

    /** One process to be started. */
    record Launch(
            String name, Kind kind, int port, List<String> command, Map<String, String> settings) {}

    Launch redis(RedisChoice.Own own, int port) {
        String name = Kind.REDIS.label();
        return new Launch(
                name,
                Kind.REDIS,
                port,
                own.command(port, home.data(name)),
                Map.of(CLUSTER_ID, cluster.clusterId()));
    }

    /**
     * @param cache made for exactly this app and these flags; not there yet on the first start
     */
    Launch service(String name, BootJars.App app, Optional<Path> cache) {
        List<String> command = new ArrayList<>();
        command.add(jvm.java().toString());
        command.addAll(JvmFlags.of(app.kind()));
        cache.ifPresent(file -> command.add("-XX:AOTCache=" + file));
        command.addAll(jvm.options());
        command.add("-jar");
        command.add(app.jar().toString());
        int port = port(app.kind());
        return new Launch(name, app.kind(), port, command, settings(name, app.kind(), port));
    }

    private int port(Kind kind) {
        return switch (kind) {
            case GATEWAY -> cluster.gatewayPort();
            case REGISTRY -> cluster.registryPort();
            case REDIS, SCHEDULER, HEALTH, AGENT, CACHES -> 0;
        };
    }

    private Map<String, String> settings(String name, Kind kind, int port) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(CLUSTER_ID, cluster.clusterId());
        settings.put("CARAVAN_TOKEN_FILE", cluster.token(home).toString());
        // the file counts; what a shell has exported is for the command
        settings.put("CARAVAN_TOKEN", "");
        settings.put("CARAVAN_REGISTRY", cluster.registryUrl());
        settings.put("CARAVAN_REDIS", cluster.redis());
        settings.put("CARAVAN_READY_FILE", home.readyFile(name).toString());
        settings.put("CARAVAN_DATA_DIR", home.data(name).toString());
        settings.put("SERVER_PORT", Integer.toString(port));
        if (cluster.bind() != null) {
            settings.put("SERVER_ADDRESS", cluster.bind());
        }
        settings.put("LOGGING_FILE_NAME", home.log(name).toString());
        // with the facts behind the sentence, which the usual pattern of files leaves out
        settings.put("LOGGING_PATTERN_FILE", "${logging.pattern.console}");
        settings.put("LOGGING_LOGBACK_ROLLINGPOLICY_MAX_FILE_SIZE", LOG_BYTES);
        settings.put("LOGGING_LOGBACK_ROLLINGPOLICY_TOTAL_SIZE_CAP", LOGS_BYTES);
        // its output file is for what a log cannot hold
        settings.put("LOGGING_THRESHOLD_CONSOLE", "OFF");
        // the C library's arenas, one a thread, would cost more than the heap of a small service
        settings.put("MALLOC_ARENA_MAX", "2");
        if (kind == Kind.AGENT) {
            settings.put(
                    "CARAVAN_WORKER_CORES",
                    Integer.toString(Math.max(1, cores / cluster.agents())));
            settings.putAll(OllamaAdoption.settings(home, name));
            if (cluster.agentMemory() != null) {
                settings.put("CARAVAN_WORKER_MEMORY", cluster.agentMemory() + "B");
            }
            settings.putAll(ofAgents);
        }
        // meant for this command, not for what it starts
        for (String mine :
                List.of(
                        "CARAVAN_HOME",
                        "CARAVAN_JAVA_HOME",
                        "CARAVAN_JDK_FOLDERS",
                        "CARAVAN_BUILD",
                        Jvm.OPTIONS,
                        // where an Ollama is to be looked for, not where the gateway listens
                        "OLLAMA_HOST")) {
            settings.put(mine, "");
        }
        return settings;
    }
}
