package dev.caravan.cli.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.caravan.cli.CliException;
import dev.caravan.cli.process.Ports;
import dev.caravan.cli.process.ProcessIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaAdoptionTest {

    @TempDir private Path folder;

    private final Map<String, String> answers = new HashMap<>();
    private final List<String> said = new ArrayList<>();
    private HttpServer server;
    private Home home;

    @BeforeEach
    void start() throws IOException {
        home = new Home(folder, folder.resolve("state"));
        home.create();
        answers.put("/api/version", "{\"version\":\"0.33.0\"}");
        answers.put("/api/tags", "{\"models\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");
        answers.put("/api/status", "{\"cloud\":{\"disabled\":false,\"source\":\"none\"}}");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    byte[] body = answers.getOrDefault(path, "404 page not found").getBytes(UTF_8);
                    exchange.sendResponseHeaders(
                            answers.containsKey(path) ? 200 : 404, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private OptionalInt settle(boolean wanted, OptionalInt port) throws IOException {
        return new OllamaAdoption(home, said::add).settle(host(), wanted, port);
    }

    @Test
    void tellsTheFirstAgentAndNoOther() throws IOException {
        settle(true, OptionalInt.of(0));

        assertThat(OllamaAdoption.settings(home, "agent-1"))
                .isEqualTo(Map.of("CARAVAN_WORKER_OLLAMA_URL", "http://" + host()));
        assertThat(OllamaAdoption.settings(home, "agent-2"))
                .containsEntry("CARAVAN_WORKER_OLLAMA_URL", "");
        assertThat(said)
                .singleElement()
                .asString()
                .startsWith("adopted   Ollama 0.33.0 at http://" + host() + ", 2 models");
    }

    @Test
    void keepsThePortThatWasAskedFor() throws IOException {
        assertThat(settle(true, OptionalInt.of(4711))).hasValue(4711);
    }

    @Test
    void givesTheGatewayTheNextFreePortWhereTheUsualOneIsTaken() throws IOException {
        boolean free = Ports.free(UpOptions.GATEWAY_PORT);
        HttpServer holder = null;
        if (free) {
            holder =
                    HttpServer.create(
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), UpOptions.GATEWAY_PORT),
                            0);
            holder.start();
        }
        try {
            OptionalInt port = settle(true, OptionalInt.empty());

            assertThat(port.orElseThrow()).isGreaterThan(UpOptions.GATEWAY_PORT);
            assertThat(Ports.free(port.orElseThrow())).isTrue();
            assertThat(said.getFirst()).endsWith("the gateway takes port " + port.getAsInt());
        } finally {
            if (holder != null) {
                holder.stop(0);
            }
        }
    }

    @Test
    void leavesItAloneWhereThatIsWished() throws IOException {
        settle(true, OptionalInt.of(0));

        settle(false, OptionalInt.of(0));

        assertThat(OllamaAdoption.settings(home, "agent-1")).isEmpty();
        assertThat(said).hasSize(1);
    }

    @Test
    void leavesAloneWhatIsNoOllama() throws IOException {
        answers.put("/api/version", "<html>");

        settle(true, OptionalInt.of(0));

        assertThat(OllamaAdoption.settings(home, "agent-1")).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void saysWhyItDoesNotAdoptACaravan() throws IOException {
        answers.put("/api/status", "{\"cloud\":{},\"cluster\":{\"version\":\"0.1\"}}");

        settle(true, OptionalInt.of(0));

        assertThat(OllamaAdoption.settings(home, "agent-1")).isEmpty();
        assertThat(said)
                .singleElement()
                .asString()
                .contains("is a Caravan", "CARAVAN_WORKER_OLLAMA_URL=http://" + host());
    }

    @Test
    void changesNothingOfAClusterThatRuns() throws IOException {
        settle(true, OptionalInt.of(0));
        new ClusterFile("c", 1, 1, 2, "redis://127.0.0.1:3", true).write(home);
        ProcessTable.EMPTY
                .with(
                        new Member(
                                "gateway",
                                Kind.GATEWAY,
                                ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow(),
                                1))
                .write(home);

        assertThat(settle(false, OptionalInt.empty())).isEmpty();

        assertThat(OllamaAdoption.settings(home, "agent-1"))
                .isEqualTo(Map.of("CARAVAN_WORKER_OLLAMA_URL", "http://" + host()));
    }

    @ParameterizedTest
    @CsvSource({
        "'', http://127.0.0.1:11434",
        ":9999, http://127.0.0.1:9999",
        "0.0.0.0, http://127.0.0.1:11434",
        "0.0.0.0:8080, http://127.0.0.1:8080",
        "gpu, http://gpu:11434",
        "http://gpu, http://gpu:80",
        "https://gpu/ollama/, https://gpu:443/ollama"
    })
    void readsTheAddressAsOllamaDoes(String host, String address) {
        assertThat(OllamaProbe.address(host)).hasToString(address);
    }

    @Test
    void saysWhatWasExpectedOfTheAddress() {
        assertThatThrownBy(() -> OllamaProbe.address("a b"))
                .isInstanceOf(CliException.class)
                .hasMessage("OLLAMA_HOST: \"a b\" (expected: [http://]HOST[:PORT], or --no-adopt)");
    }
}
