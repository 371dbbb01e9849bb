package dev.caravan.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.caravan.cli.CliException;
import dev.caravan.cli.api.GatewayClient;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ModelPolicyTest {

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String policy =
            "{\"epoch\":5,\"number\":2,\"continuation\":\"exact\",\"minimumHosts\":2}";
    private HttpServer server;
    private GatewayClient gateway;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext(
                "/",
                call -> {
                    asked.add(call.getRequestMethod() + " " + call.getRequestURI());
                    if (call.getRequestMethod().equals("PUT")) {
                        policy =
                                new String(
                                        call.getRequestBody().readAllBytes(),
                                        StandardCharsets.UTF_8);
                    }
                    byte[] body = policy.getBytes(StandardCharsets.UTF_8);
                    call.sendResponseHeaders(200, body.length);
                    call.getResponseBody().write(body);
                    call.close();
                });
        server.start();
        gateway = new GatewayClient("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @Test
    void changesWhatIsNamedAndLeavesTheRest() {
        JsonNode now =
                new ModelPolicy(gateway, "hf.co/org/m:q4")
                        .change(
                                Map.of(
                                        "ranges",
                                        "4be1=0-11,77c2=12-31",
                                        "context-length",
                                        "8192",
                                        "engine-options",
                                        "--threads 8",
                                        "standby",
                                        "1",
                                        "minimum-hosts",
                                        ""));

        assertThat(asked)
                .containsExactly(
                        "GET /api/distributed/models/hf.co%2Forg%2Fm%3Aq4/policy",
                        "PUT /api/distributed/models/hf.co%2Forg%2Fm%3Aq4/policy");
        assertThat(WireJson.mapper().readTree(policy))
                .isEqualTo(
                        WireJson.mapper()
                                .readTree(
                                        """
                                        {"continuation":"exact","contextLength":8192,
                                         "ranges":[{"host":"4be1","first":0,"last":11},
                                                   {"host":"77c2","first":12,"last":31}],
                                         "engineOptions":["--threads","8"],"standby":1}
                                        """));
        assertThat(ModelPolicy.lines(now))
                .containsExactly(
                        "continuation    exact",
                        "ranges          4be1=0-11,77c2=12-31",
                        "context-length  8192",
                        "engine-options  --threads 8",
                        "standby         1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colour         | red      | colour: unknown key (expected one of: [continuation, ",
                "minimum-hosts  | 0        | minimum-hosts: 0 (expected: a number >= 1)",
                "standby        | 4        | standby: 4 (expected: 0 to 3)",
                "context-length | much     | context-length: much (expected: a number >= 1)",
                "ranges         | a        | ranges: a (expected: AGENT=FIRST-LAST",
                "ranges         | a=5-2    | ranges: a=5-2 (expected: AGENT=FIRST-LAST",
                "ranges         | a=0-3,   | ranges:  (expected: AGENT=FIRST-LAST",
            })
    void refusesWhatItDoesNotKnowBeforeAnythingIsSent(String key, String value, String message) {
        assertThatThrownBy(() -> new ModelPolicy(gateway, "m").change(Map.of(key, value)))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith(message);
        assertThat(asked).isEmpty();
    }
}
