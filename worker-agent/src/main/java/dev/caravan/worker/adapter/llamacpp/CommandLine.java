package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.SplitLayout;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The switches and environment of a {@code llama-server} or {@code rpc-server}.
 *
 * @param threads that one engine computes with
 * @param compute the host's own way, below what a model asks for
 * @param extra switches of the operator's, after ours, so that they win
 * @param clusterId in the engine's environment, so that people and tests find its processes
 */
record CommandLine(int threads, ComputeOptions compute, List<String> extra, String clusterId) {

    /** Mebibytes of idle prompts that an engine may keep beside its slots; its default is 8192. */
    private static final int PROMPT_CACHE_MEBIBYTES = 128;

    /** A batch of one aborts the engine. */
    private static final int SMALLEST_BATCH = 2;

    /**
     * At the verbosity that tells where layers are, engines tell prompts and answers too. What is
     * kept: lines of the other levels, where each layer is, and last words.
     */
    private static final String KEPT_LINES =
            "^[0-9.]+ [^D] |^[0-9.]+ D (load_tensors: layer|llama_kv_cache: layer) +[0-9]+"
                    + "|^(error|ggml|load_backend|terminate|GGML_ASSERT|/?[A-Za-z0-9_./+-]+\\.(c|cc|cpp|cu|h|hpp):[0-9]+)";

    CommandLine {
        extra = List.copyOf(extra);
    }

    List<String> command(Path server, EngineSpec spec) {
        List<String> command = new ArrayList<>();
        command.add(server.toString());
        command.addAll(List.of("-m", spec.weights().toString(), "-a", spec.alias()));
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0"));
        command.addAll(
                List.of(
                        "-c",
                        text(Math.multiplyExact(spec.contextLength(), spec.slots())),
                        "-np",
                        text(spec.slots()),
                        "-no-kvu"));
        String cores = text(threads(spec.loading()));
        command.addAll(List.of("-fit", "off", "-t", cores, "-tb", cores));
        command.addAll(List.of("--context-shift", "--metrics", "--no-ui", "--offline"));
        // An engine that is told to end looks up from a stream only at its next ping.
        command.addAll(List.of("--sse-ping-interval", "1"));
        command.addAll(List.of("--cache-ram", text(PROMPT_CACHE_MEBIBYTES)));
        command.addAll(compute.switches(spec.continuation()));
        if (spec.continuation() == Continuation.EXACT) {
            command.addAll(List.of("-fa", "off", "--no-repack"));
        }
        spec.split()
                .ifPresentOrElse(
                        split -> command.addAll(devices(split)),
                        () -> command.addAll(placement(spec.loading())));
        command.addAll(computing(spec));
        StoredModel.Parts parts = spec.model().parts();
        parts.projectors().forEach(file -> command.addAll(List.of("--mmproj", file.toString())));
        parts.adapters().forEach(file -> command.addAll(List.of("--lora", file.toString())));
        command.addAll(extra);
        command.addAll(spec.options());
        return List.copyOf(command);
    }

    /** Never more than are the agent's to give: threads beyond the cores make an engine crawl. */
    private int threads(LoadOptions loading) {
        int wished = loading.threads().orElse(0);
        return wished > 0 ? Math.min(wished, threads) : threads;
    }

    /** Where the layers of a model that is not split are. */
    private static List<String> placement(LoadOptions loading) {
        List<String> switches = new ArrayList<>();
        if (loading.gpuLayers().orElse(-1) >= 0) {
            switches.addAll(List.of("-ngl", text(loading.gpuLayers().getAsInt())));
        }
        if (loading.mainGpu().orElse(-1) >= 0) {
            switches.addAll(List.of("-sm", "none", "-mg", text(loading.mainGpu().getAsInt())));
        }
        return switches;
    }

    private static List<String> computing(EngineSpec spec) {
        List<String> switches = new ArrayList<>();
        int batch = spec.loading().batch().orElse(0);
        if (spec.embeds()) {
            // A text is embedded in one batch or not at all.
            String whole = text(spec.contextLength());
            switches.addAll(List.of("--embedding", "-b", whole, "-ub", whole));
        } else if (batch > 0) {
            String size = text(Math.max(batch, SMALLEST_BATCH));
            switches.addAll(List.of("-b", size, "-ub", size));
        }
        if (!spec.loading().mmap().orElse(true)) {
            switches.addAll(List.of("-lm", "none"));
        }
        return switches;
    }

    /**
     * The engine counts layers for devices from the end, the output being the last; proportions
     * that add up to these are counts.
     */
    private static List<String> devices(SplitLayout split) {
        List<SplitLayout.Device> devices = split.devices();
        return List.of(
                "--rpc",
                joined(devices, device -> "127.0.0.1:" + device.port()),
                "-dev",
                IntStream.range(0, devices.size())
                        .mapToObj(index -> "RPC" + index)
                        .collect(Collectors.joining(",")),
                "-ngl",
                text(split.lent()),
                "-ts",
                joined(devices, device -> text(device.layers())),
                // Waits for others most of the time, on cores that they may need.
                "--poll",
                "0",
                // At 5 the log says which layer is on which device.
                "-lv",
                "5");
    }

    /** Which lines of its log are kept; empty: all. */
    Optional<String> keptLines(EngineSpec spec) {
        return spec.split().map(_ -> KEPT_LINES);
    }

    private static String joined(
            List<SplitLayout.Device> devices, Function<SplitLayout.Device, String> part) {
        return devices.stream().map(part).collect(Collectors.joining(","));
    }

    /**
     * All but its port, which it cannot choose itself.
     *
     * @param cached whether large tensors are kept on disk
     */
    List<String> rpcServer(Path server, boolean cached) {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(server.toString(), "-H", "127.0.0.1"));
        command.addAll(List.of("-t", text(threads)));
        if (cached) {
            command.add("-c");
        }
        return List.copyOf(command);
    }

    /**
     * @param command of {@link #rpcServer}
     * @param port to listen on; 0 is none
     */
    static List<String> on(List<String> command, int port) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of("-p", text(port)));
        return List.copyOf(whole);
    }

    /**
     * @param cache folder of the tensors that it keeps
     */
    Map<String, String> rpcEnvironment(Continuation continuation, Path cache) {
        Map<String, String> environment = common(continuation);
        environment.put("LLAMA_CACHE", cache.toString());
        return Map.copyOf(environment);
    }

    /**
     * @param apiKey asked for by the engine; in the environment, since anyone can read arguments
     */
    Map<String, String> environment(EngineSpec spec, String apiKey) {
        Map<String, String> environment = common(spec.continuation());
        environment.put("LLAMA_API_KEY", apiKey);
        environment.put("LLAMA_MEDIA_MARKER", MediaMarks.of(spec.id()));
        return Map.copyOf(environment);
    }

    private Map<String, String> common(Continuation continuation) {
        Map<String, String> environment = new HashMap<>();
        environment.put("GGML_NO_BACKTRACE", "1");
        environment.put("CARAVAN_CLUSTER_ID", clusterId);
        if (continuation == Continuation.EXACT) {
            // The only switch for the kernel whose results depend on how many tokens share a batch.
            environment.put("GGML_CPU_TILED_MM", "0");
        }
        return environment;
    }

    private static String text(int number) {
        return Integer.toString(number);
    }
}
