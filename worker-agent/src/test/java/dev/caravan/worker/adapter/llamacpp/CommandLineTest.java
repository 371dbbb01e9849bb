package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.OptionValues;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.SplitLayout;
import dev.caravan.worker.app.engine.Stages;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    private final CommandLine line =
            new CommandLine(3, ComputeOptions.NONE, List.of("--mlock"), "cluster-1");

    private static EngineSpec spec(Continuation continuation) {
        return spec(continuation, LoadOptions.NONE);
    }

    private static EngineSpec spec(Continuation continuation, LoadOptions loading) {
        return new EngineSpec(
                new ReplicaId("r"),
                "demo:1b",
                new FakeStore().list().getFirst(),
                Path.of("/models/m"),
                4096,
                2,
                continuation,
                Stages.NONE,
                Optional.empty(),
                List.of("--swa-full"),
                loading);
    }

    private List<String> split(int kept, SplitLayout.Device... devices) {
        return line.command(
                Path.of("/bin/llama-server"),
                spec(Continuation.FLUENT).on(new SplitLayout(kept, List.of(devices))));
    }

    @Test
    void givesEachSlotTheWholeContext() {
        assertThat(line.command(Path.of("/bin/llama-server"), spec(Continuation.FLUENT)))
                .containsExactly(
                        "/bin/llama-server -m /models/m -a demo:1b --host 127.0.0.1 --port 0 -c 8192 -np 2 -no-kvu -fit off -t 3 -tb 3 --context-shift --metrics --no-ui --offline --sse-ping-interval 1 --cache-ram 128 --mlock --swa-full"
                                .split(" "));
        assertThat(line.environment(spec(Continuation.FLUENT), "key"))
                .containsOnlyKeys(
                        "LLAMA_API_KEY",
                        "LLAMA_MEDIA_MARKER",
                        "GGML_NO_BACKTRACE",
                        "CARAVAN_CLUSTER_ID")
                .containsEntry("LLAMA_API_KEY", "key")
                .containsEntry("CARAVAN_CLUSTER_ID", "cluster-1");
    }

    @ParameterizedTest
    @CsvSource({
        "num_batch, 64, -b 64 -ub 64",
        "num_batch, 1, -b 2 -ub 2",
        "num_gpu, 0, -ngl 0",
        "num_gpu, 5, -ngl 5",
        "main_gpu, 1, -sm none -mg 1",
        "num_thread, 2, -t 2 -tb 2",
        "use_mmap, false, -lm none",
    })
    void givesTheEngineTheWishesOfARequest(String option, String value, String switches) {
        Object typed = option.equals("use_mmap") ? Boolean.valueOf(value) : Integer.valueOf(value);
        LoadOptions wishes = new OptionValues(Map.of(option, typed)).loading();

        assertThat(
                        String.join(
                                " ",
                                line.command(
                                        Path.of("/bin/llama-server"),
                                        spec(Continuation.FLUENT, wishes))))
                .contains(" " + switches + " ");
    }

    @Test
    void givesNoEngineMoreThreadsThanTheAgentHas() {
        LoadOptions wishes = new OptionValues(Map.of("num_thread", 64)).loading();

        assertThat(line.command(Path.of("/bin/llama-server"), spec(Continuation.FLUENT, wishes)))
                .containsSubsequence("-t", "3", "-tb", "3");
    }

    @Test
    void switchesKernelsOffThatDependOnTheBatchWhereTheAnswerIsToBeExact() {
        assertThat(line.command(Path.of("/bin/llama-server"), spec(Continuation.EXACT)))
                .endsWith("-fa", "off", "--no-repack", "--mlock", "--swa-full");
        assertThat(line.environment(spec(Continuation.EXACT), "key"))
                .containsEntry("GGML_CPU_TILED_MM", "0");
    }

    @Test
    void computesAsTheHostWishesWhereThatLeavesAnExactAnswerExact() {
        CommandLine quantized =
                new CommandLine(3, new ComputeOptions("on", "q8_0"), List.of(), "cluster-1");
        CommandLine plain =
                new CommandLine(3, new ComputeOptions("off", "f32"), List.of(), "cluster-1");
        Path server = Path.of("/bin/llama-server");

        assertThat(quantized.command(server, spec(Continuation.FLUENT)))
                .containsSubsequence("-fa", "on", "-ctk", "q8_0", "-ctv", "q8_0");
        assertThat(quantized.command(server, spec(Continuation.EXACT)))
                .containsOnlyOnce("-fa")
                .containsSubsequence("-fa", "off")
                .doesNotContain("-ctk", "-ctv");
        assertThat(plain.command(server, spec(Continuation.EXACT)))
                .containsOnlyOnce("-fa")
                .containsSubsequence("-ctk", "f32", "-ctv", "f32", "-fa", "off");
    }

    @Test
    void givesEachDeviceItsLayersAsCountsThatAddUp() {
        assertThat(split(0, new SplitLayout.Device(5101, 3), new SplitLayout.Device(5102, 6)))
                .containsSubsequence("--rpc", "127.0.0.1:5101,127.0.0.1:5102")
                .containsSubsequence("-dev", "RPC0,RPC1")
                .containsSubsequence("-ngl", "9")
                .containsSubsequence("-ts", "3,6")
                .containsSubsequence("-fit", "off")
                .endsWith("--mlock", "--swa-full");
    }

    @Test
    void keepsTheFirstLayersBySendingFewerAway() {
        assertThat(split(5, new SplitLayout.Device(5101, 3), new SplitLayout.Device(5102, 1)))
                .containsSubsequence("-ngl", "4")
                .containsSubsequence("-ts", "3,1");
    }

    @Test
    void bindsAnRpcServerToLoopbackAndKeepsItsKernelsExact() {
        List<String> cached = line.rpcServer(Path.of("/bin/rpc-server"), true);
        assertThat(CommandLine.on(cached, 5101))
                .containsExactly("/bin/rpc-server -H 127.0.0.1 -t 3 -c -p 5101".split(" "));
        assertThat(line.rpcServer(Path.of("/bin/rpc-server"), false)).doesNotContain("-c");
        assertThat(line.rpcEnvironment(Continuation.EXACT, Path.of("/cache")))
                .containsOnlyKeys(
                        "LLAMA_CACHE",
                        "GGML_NO_BACKTRACE",
                        "CARAVAN_CLUSTER_ID",
                        "GGML_CPU_TILED_MM")
                .containsEntry("LLAMA_CACHE", "/cache")
                .containsEntry("GGML_CPU_TILED_MM", "0");
        assertThat(line.rpcEnvironment(Continuation.FLUENT, Path.of("/cache")))
                .doesNotContainKey("GGML_CPU_TILED_MM");
    }

    @Test
    void givesTheEngineAdaptersAndProjectors() {
        EngineSpec plain = spec(Continuation.FLUENT);
        StoredModel model = plain.model();
        StoredModel whole =
                new StoredModel(
                        model.name(),
                        model.digest(),
                        model.size(),
                        model.modifiedAt(),
                        model.description(),
                        model.capabilities(),
                        model.facts(),
                        model.weights(),
                        model.templated(),
                        model.layers(),
                        model.params(),
                        model.policy(),
                        model.fault(),
                        model.engine(),
                        new StoredModel.Parts(
                                Optional.empty(),
                                List.of(Path.of("/blobs/lora")),
                                List.of(Path.of("/blobs/eyes")),
                                "",
                                ""));
        EngineSpec spec =
                new EngineSpec(
                        plain.id(),
                        plain.alias(),
                        whole,
                        plain.weights(),
                        plain.contextLength(),
                        plain.slots(),
                        plain.continuation(),
                        plain.stages(),
                        plain.split(),
                        plain.options(),
                        plain.loading());

        assertThat(line.command(Path.of("/bin/llama-server"), spec))
                .containsSequence("--mmproj", "/blobs/eyes", "--lora", "/blobs/lora");
    }
}
