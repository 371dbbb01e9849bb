package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.model.Continuation;
import dev.caravan.worker.app.engine.EngineSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The switches and environment of a {@code llama-server}.
 *
 * @param threads that one engine computes with
 * @param extra switches of the operator's, after ours, so that they win
 * @param clusterId in the engine's environment, so that people and tests find its processes
 */
record CommandLine(int threads, List<String> extra, String clusterId) {

    /** Mebibytes of idle prompts that an engine may keep beside its slots; its default is 8192. */
    private static final int PROMPT_CACHE_MEBIBYTES = 128;

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
        command.addAll(List.of("-fit", "off", "-t", text(threads), "-tb", text(threads)));
        command.addAll(List.of("--context-shift", "--metrics", "--no-ui", "--offline"));
        // An engine that is told to end looks up from a stream only at its next ping.
        command.addAll(List.of("--sse-ping-interval", "1"));
        command.addAll(List.of("--cache-ram", text(PROMPT_CACHE_MEBIBYTES)));
        if (spec.continuation() == Continuation.EXACT) {
            command.addAll(List.of("-fa", "off", "--no-repack"));
        }
        command.addAll(extra);
        return List.copyOf(command);
    }

    /**
     * @param apiKey asked for by the engine; in the environment, since anyone can read arguments
     */
    Map<String, String> environment(EngineSpec spec, String apiKey) {
        Map<String, String> environment = new HashMap<>();
        environment.put("LLAMA_API_KEY", apiKey);
        environment.put("GGML_NO_BACKTRACE", "1");
        environment.put("CARAVAN_CLUSTER_ID", clusterId);
        if (spec.continuation() == Continuation.EXACT) {
            // The only switch for the kernel whose results depend on how many tokens share a batch.
            environment.put("GGML_CPU_TILED_MM", "0");
        }
        return Map.copyOf(environment);
    }

    private static String text(int number) {
        return Integer.toString(number);
    }
}
