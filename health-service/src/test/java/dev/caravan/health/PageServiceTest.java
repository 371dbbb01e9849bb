package dev.caravan.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.health.api.page.PageRoutes;
import dev.caravan.platform.Neighbours;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.ModelDetails;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.WireJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** The cluster page over real HTTP, with agents that say what a test wants. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "eureka.client.enabled=false")
@Timeout(120)
class PageServiceTest {

    private static final String TOKEN = "0123456789abcdef";
    private static final String MARKUP = "<img src=x onerror=alert(1)>\n\ndata: forged";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final List<URI> LISTED = new CopyOnWriteArrayList<>();

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @LocalServerPort int port;
    @Autowired PageRoutes page;

    private FakeAgent agent;

    @TestConfiguration
    static class Listing {

        @Bean
        Neighbours listedAgents() {
            return service -> service.equals("worker-agent") ? List.copyOf(LISTED) : List.of();
        }
    }

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry registry) {
        registry.add("caravan.token", () -> TOKEN);
        registry.add("caravan.redis", REDIS::url);
    }

    @BeforeEach
    void startAgent() {
        agent = new FakeAgent("agent" + System.nanoTime(), 1000);
        LISTED.add(agent.address());
    }

    @AfterEach
    void endAgent() {
        LISTED.clear();
        agent.close();
        await().until(() -> page.browsers() == 0);
    }

    @Test
    void wantsTheTokenOnItsOwnPort() throws Exception {
        for (String path : List.of("/cluster/", "/cluster/page.js", "/cluster/events")) {
            var answer =
                    HTTP.send(
                            HttpRequest.newBuilder(uri(path)).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(401);
        }
    }

    @Test
    void servesThePageWithAllItsFilesAndNothingFromElsewhere() throws Exception {
        var index = get("/cluster/");
        assertThat(index.statusCode()).isEqualTo(200);
        assertThat(index.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");

        List<String> files = referencesIn(index.body());
        assertThat(files).contains("page.css", "page.js", "icon.svg");
        for (String file : files) {
            var answer = get("/cluster/" + file);
            assertThat(answer.statusCode()).as(file).isEqualTo(200);
            assertThat(answer.body()).as(file).doesNotContain("innerHTML", "https://");
            for (String imported : importsIn(answer.body())) {
                assertThat(get("/cluster/" + imported).statusCode()).as(imported).isEqualTo(200);
            }
        }
        assertThat(get("/cluster/nothing.js").statusCode()).isEqualTo(404);
    }

    @Test
    void tellsBrowsersToRunAndLoadNothingButItsOwnFiles() throws Exception {
        for (String path : List.of("/cluster/", "/cluster/page.js", "/cluster/nothing.js")) {
            var headers = get(path).headers();
            assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
                    .as(path)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "*");
            assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
        }
    }

    @Test
    void sendsAFileAgainOnlyWhereItHasChanged() throws Exception {
        String tag = get("/cluster/page.js").headers().firstValue("ETag").orElseThrow();

        var again = send(request("/cluster/page.js").header("If-None-Match", tag));

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(get("/cluster/page.js").headers().firstValue("Cache-Control"))
                .contains("no-cache");
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        for (String path : List.of("/cluster/", "/cluster/page.css", "/cluster/events")) {
            var answer = send(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
        assertThat(page.browsers()).isZero();
    }

    @Test
    void streamsTheStateAndEachChangeUntilTheBrowserLeaves() throws Exception {
        try (var browser = new Browser(0)) {
            assertThat(browser.head).contains("text/event-stream").contains("nosniff");
            browser.until(agent.report().agentId());
            assertThat(page.browsers()).isEqualTo(1);

            agent.reports(report -> withModels(report, List.of(model(MARKUP))));

            JsonNode changed = browser.until("forged");
            assertThat(changed.path("models").get(0).path("name").asString()).isEqualTo(MARKUP);
        }

        await().until(() -> page.browsers() == 0);
    }

    /** What neither side's socket has room for is never made: states of 2 MB, one a second. */
    @Test
    void aBrowserThatDoesNotReadMissesStatesAndThenGetsTheNewest() throws Exception {
        agent.reports(report -> withModels(report, manyModels("first")));
        try (var browser = new Browser(4096)) {
            for (int number = 1; number <= 8; number++) {
                String name = "change" + number;
                int asked = agent.asked().size();
                agent.reports(report -> withModels(report, manyModels(name)));
                await().until(() -> agent.asked().size() > asked + 1);
            }

            int states = 1;
            while (!browser.next().toString().contains("change8-")) {
                states++;
            }

            assertThat(states).isLessThan(7);
        }
    }

    private static AgentReport withModels(AgentReport report, List<AgentReport.Model> models) {
        return new AgentReport(
                report.agentId(),
                report.hostId(),
                report.address(),
                report.version(),
                report.startedAt(),
                report.sequence(),
                report.engine(),
                report.engineFault(),
                report.cores(),
                report.memory(),
                report.store(),
                report.desired(),
                report.replicas(),
                report.members(),
                models);
    }

    private static List<AgentReport.Model> manyModels(String name) {
        return IntStream.range(0, 2_000)
                .mapToObj(number -> model(name + "-" + number + "x".repeat(800)))
                .toList();
    }

    private static AgentReport.Model model(String name) {
        return new AgentReport.Model(
                name,
                "ab".repeat(32),
                1,
                1,
                new ModelDetails("", "gguf", "llama", List.of(), "1B", "F16", null, null),
                List.of(),
                null,
                PolicyMessage.of(1, 1, "fluent"),
                null);
    }

    private static List<String> referencesIn(String html) {
        return Pattern.compile("(?:src|href)=\"([^\"]*)\"")
                .matcher(html)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }

    private static List<String> importsIn(String script) {
        return Pattern.compile("from \"\\./([^\"]*)\"")
                .matcher(script)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + TOKEN);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Reads the stream as slowly as a test wants. */
    private final class Browser implements AutoCloseable {

        private final Socket socket = new Socket();
        private final BufferedReader lines;
        private final String head;

        /**
         * @param room bytes of the receive buffer; 0: the system's choice
         */
        private Browser(int room) throws IOException {
            if (room > 0) {
                socket.setReceiveBufferSize(room);
            }
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setSoTimeout(20_000);
            String request =
                    "GET /cluster/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + TOKEN
                            + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8), 256);
            var read = new StringBuilder();
            for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
                read.append(line).append('\n');
            }
            head = read.toString();
        }

        /** The next state; it is one line, and one chunk. */
        JsonNode next() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: {")) {
                    return WireJson.mapper().readTree(line.substring("data: ".length()));
                }
            }
            throw new IOException("the stream has ended");
        }

        JsonNode until(String text) throws IOException {
            JsonNode state = next();
            while (!state.toString().contains(text)) {
                state = next();
            }
            return state;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
