package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.gateway.api.AnswerRecords;
import dev.caravan.gateway.api.RouteTable;
import dev.caravan.gateway.api.document.OpenApiDocument;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.WireJson;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class OpenApiTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void startGateway() {
        gateway = new TestGateway(REDIS.url(), folder, Map.of());
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @Test
    void aParserFindsNothingWrongWithIt() throws Exception {
        SwaggerParseResult read =
                new OpenAPIV3Parser()
                        .readContents(gateway.get("/api/distributed/openapi.json").body());

        assertThat(read.getMessages()).isEmpty();
        assertThat(read.getOpenAPI().getComponents().getSchemas())
                .containsKeys("GenerateRequest", "TagsAnswer", "Error");
    }

    @Test
    void hasEachRouteAndNoOther() throws Exception {
        OpenAPI document =
                new OpenAPIV3Parser()
                        .readContents(gateway.get("/api/distributed/openapi.json").body())
                        .getOpenAPI();

        Set<String> told =
                document.getPaths().entrySet().stream()
                        .flatMap(path -> operations(path.getKey(), path.getValue()))
                        .collect(Collectors.toSet());
        assertThat(told).isEqualTo(routes());
    }

    private static Stream<String> operations(String path, PathItem item) {
        return item.readOperationsMap().keySet().stream().map(method -> method + " " + path);
    }

    private static Set<String> routes() {
        return gateway.bean(RouteTable.class).routes().stream()
                .map(route -> route.method() + " " + route.path().replaceAll("(\\{\\w+):.*", "$1}"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Words may be ahead of what is built, and of nothing else. */
    @Test
    void speaksOfNothingButRoutesAndThoseThatOllamaHasAndAreNotBuiltYet() throws Exception {
        Set<String> known = routes();
        OllamaRoutesTest.rows().stream()
                .filter(row -> row.reason().equals("not built yet"))
                .forEach(row -> known.add(row.method() + " " + row.path()));

        assertThat(new OpenApiDocument(AnswerRecords.ALL).described()).isSubsetOf(known);
    }

    @Test
    void describesAnswersAsTheirRecordsWriteThem() throws Exception {
        JsonNode schemas =
                WireJson.mapper()
                        .readTree(gateway.get("/api/distributed/openapi.json").body())
                        .path("components")
                        .path("schemas");
        JsonNode tag = schemas.path("TagsAnswer").path("properties").path("models").path("items");

        assertThat(tag.path("properties").path("modified_at").toString())
                .isEqualTo("{\"type\":\"string\"}");
        assertThat(tag.path("required").valueStream().map(JsonNode::asString))
                .contains("name", "digest", "caravan")
                .doesNotContain("capabilities");
        assertThat(
                        tag.path("properties")
                                .path("details")
                                .path("properties")
                                .path("families")
                                .toString())
                .isEqualTo(
                        "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"nullable\":true}");
        assertThat(
                        schemas.path("ShowAnswer")
                                .path("required")
                                .valueStream()
                                .map(JsonNode::asString))
                .containsExactlyInAnyOrderElementsOf(List.of("model_info"));
    }

    @Test
    void canBeReadByPeople() throws Exception {
        String page = gateway.get("/api/distributed/openapi").body();

        assertThat(page)
                .startsWith("<!doctype html>")
                .contains("POST /api/generate", "id=\"GenerateRequest\"", "num_predict")
                .doesNotContain("<script");
    }
}
