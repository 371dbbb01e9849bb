package dev.caravan.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineLogTest {

    @Test
    void readsThePortOfTheServer() {
        assertThat(
                        EngineLog.httpPort(
                                List.of(
                                        "0.00.016.523 I srv  llama_server: model loaded",
                                        "0.00.016.544 I srv  llama_server: listening on http://127.0.0.1:34535")))
                .hasValue(34535);
        assertThat(EngineLog.httpPort(List.of("loading"))).isEmpty();
    }

    @Test
    void readsTheProtocolOfAnRpcServer() {
        assertThat(EngineLog.rpcProtocol(List.of("", "Starting RPC server v8.0.0")))
                .contains("8.0.0");
        assertThat(EngineLog.rpcProtocol(List.of("Invalid parameters"))).isEmpty();
    }

    @Test
    void readsTheBackendsAndTheProcessorVariant() {
        List<Backend> backends =
                EngineLog.backends(
                        List.of(
                                "0.0 I load_backend: loaded RPC backend from /x y/libggml-rpc.so",
                                "load_backend: loaded CPU backend from /x y/libggml-cpu-zen4.so",
                                "ggml_backend_load_best: failed to enumerate /usr/lib"));

        assertThat(backends)
                .containsExactly(
                        new Backend("RPC", "libggml-rpc.so"),
                        new Backend("CPU", "libggml-cpu-zen4.so"));
        assertThat(backends.getFirst().cpuVariant()).isEmpty();
        assertThat(backends.getLast().cpuVariant()).contains("zen4");
    }

    @Test
    void readsTheBuildOfNewAndOldVersions() {
        assertThat(EngineLog.version(List.of("version: 0.7.0 (build 11669, commit Debian)")))
                .contains("0.7.0 (build 11669, commit Debian)");
        assertThat(EngineLog.build("0.7.0 (build 11669, commit Debian)")).contains("b11669");
        assertThat(EngineLog.build("6123 (ab12cd34)")).contains("b6123");
        assertThat(EngineLog.build("unknown")).isEmpty();
    }

    @Test
    void theHomeIsTheVariableElseTheCacheFolder() {
        Path user = Path.of("/home/ann");

        assertThat(EngineHome.of(Map.of("CARAVAN_ENGINE_HOME", "/e"), user).folder())
                .isEqualTo(Path.of("/e"));
        assertThat(EngineHome.of(Map.of("XDG_CACHE_HOME", "/c"), user).folder())
                .isEqualTo(Path.of("/c/caravan/engine"));
        assertThat(EngineHome.of(Map.of("CARAVAN_ENGINE_HOME", ""), user).folder())
                .isEqualTo(Path.of("/home/ann/.cache/caravan/engine"));
    }
}
