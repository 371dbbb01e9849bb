package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.gateway.api.RouteTable;
import dev.caravan.testkit.LocalRedis;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each row of Ollama's route table is served, answered as without its cloud, or out for a reason.
 */
class OllamaRoutesTest {

    /** What belongs to Caravan alone. */
    private static final List<String> OWN = List.of("/api/distributed/", "/cluster");

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static TestGateway gateway;

    record Row(String method, String path, String mark, String reason) {

        private static Row parse(String line) {
            List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            assertThat(cells).as(line).hasSize(4);
            return new Row(
                    cells.get(0),
                    cells.get(1).replaceAll(":(\\w+)", "{$1}"),
                    cells.get(2),
                    cells.get(3));
        }

        private String sample() {
            return path.replaceAll("\\{\\w+\\}", "x");
        }
    }

    static List<Row> rows() throws IOException {
        try (InputStream table = OllamaRoutesTest.class.getResourceAsStream("ollama-routes.csv")) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(Row::parse)
                    .toList();
        }
    }

    @BeforeAll
    static void startGateway() {
        gateway = new TestGateway(REDIS.url(), folder, Map.of());
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void doesWhatTheTableSays(Row row) throws Exception {
        List<String> allowed = ask("OPTIONS", row.sample()).header("Allow");

        assertThat(row.mark()).isIn("served", "cloud-off", "out");
        if (row.mark().equals("out")) {
            assertThat(allowed).as("methods of %s", row).isEmpty();
            assertThat(ask(row.method(), row.sample()).status()).isEqualTo(404);
        } else {
            assertThat(String.join(", ", allowed).split(", "))
                    .as("methods of %s", row)
                    .contains(row.method());
        }
        assertThat(row.reason().isEmpty()).as("reason of %s", row).isEqualTo(served(row));
    }

    private static boolean served(Row row) {
        return row.mark().equals("served");
    }

    @Test
    void theTableHasEachRowOnceAndEachRouteThatIsNotCaravansOwn() throws Exception {
        List<Row> rows = rows();

        assertThat(rows).extracting(row -> row.method() + " " + row.path()).doesNotHaveDuplicates();
        assertThat(gateway.bean(RouteTable.class).routes())
                .filteredOn(route -> OWN.stream().noneMatch(route.path()::startsWith))
                .extracting(route -> route.method().name(), RouteTable.Route::path)
                .containsExactlyInAnyOrderElementsOf(
                        rows.stream()
                                .filter(row -> !row.mark().equals("out"))
                                .map(row -> tuple(row.method(), row.path()))
                                .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /api/me | x | 503 | account unavailable",
                "POST | /api/signout | x | 401 | you are not currently signed in",
                "DELETE | /api/user/keys/abc | x | 401 | you are not currently signed in",
                "POST | /api/experimental/web_search | {\"query\":\"x\"} | 403 | ollama cloud is disabled: web search is unavailable",
                "POST | /api/experimental/web_fetch | {\"url\":\"x\"} | 403 | ollama cloud is disabled: web fetch is unavailable",
                "POST | /api/experimental/web_search | ' \t' | 400 | missing request body"
            })
    void answersWithoutTheCloud(String method, String path, String body, int status, String error)
            throws Exception {
        RawHttp.Answer answer =
                RawHttp.send(gateway.port(), method, path, List.of("Host: localhost"), body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo("{\"error\":\"%s\"}".formatted(error));
        assertThat(answer.header("Content-Type"))
                .containsExactly("application/json; charset=utf-8");
    }

    @Test
    void recommendsNothing() throws Exception {
        assertThat(ask("GET", "/api/experimental/model-recommendations").body())
                .isEqualTo("{\"recommendations\":[]}");
    }

    private static RawHttp.Answer ask(String method, String path) throws IOException {
        return RawHttp.send(
                gateway.port(), method, path, "Host: x.local", "Origin: http://localhost");
    }
}
