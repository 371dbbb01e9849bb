package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.worker.app.engine.EngineSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {

    private final CommandLine line = new CommandLine(3, List.of("--mlock"), "cluster-1");

    private static EngineSpec spec(Continuation continuation) {
        return new EngineSpec(
                new ReplicaId("r"), "demo:1b", Path.of("/models/m"), true, 4096, 2, continuation);
    }

    @Test
    void givesEachSlotTheWholeContext() {
        assertThat(line.command(Path.of("/bin/llama-server"), spec(Continuation.FLUENT)))
                .containsExactly(
                        "/bin/llama-server -m /models/m -a demo:1b --host 127.0.0.1 --port 0 -c 8192 -np 2 -no-kvu -fit off -t 3 -tb 3 --context-shift --metrics --no-ui --offline --sse-ping-interval 1 --cache-ram 128 --mlock"
                                .split(" "));
        assertThat(line.environment(spec(Continuation.FLUENT), "key"))
                .containsOnlyKeys("LLAMA_API_KEY", "GGML_NO_BACKTRACE", "CARAVAN_CLUSTER_ID")
                .containsEntry("LLAMA_API_KEY", "key")
                .containsEntry("CARAVAN_CLUSTER_ID", "cluster-1");
    }

    @Test
    void switchesKernelsOffThatDependOnTheBatchWhereTheAnswerIsToBeExact() {
        assertThat(line.command(Path.of("/bin/llama-server"), spec(Continuation.EXACT)))
                .endsWith("-fa", "off", "--no-repack", "--mlock");
        assertThat(line.environment(spec(Continuation.EXACT), "key"))
                .containsEntry("GGML_CPU_TILED_MM", "0");
    }
}
