package dev.caravan.e2e.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** One request of a case and what its answer has to be. */
record Step(JsonNode said) {

    private static final String LINES = "application/x-ndjson";

    /** Asks, again for a while where the case says that the answer may come late. */
    void run(Target target) throws IOException {
        int seconds = said.path("within").asInt(0);
        if (seconds == 0) {
            ask(target);
        } else {
            Awaitility.await(request())
                    .atMost(Duration.ofSeconds(seconds))
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> ask(target));
        }
    }

    private String request() {
        return said.path("request").asString();
    }

    private void ask(Target target) throws IOException {
        String[] request = target.filled(request()).split(" ", 2);
        List<String> headers = new ArrayList<>();
        said.path("headers")
                .properties()
                .forEach(
                        header ->
                                headers.add(header.getKey() + ": " + header.getValue().asString()));
        check(
                target,
                Exchange.send(
                        target.base(), request[0], request[1], headers, body(target, request[1])));
    }

    private byte[] body(Target target, String path) {
        if (said.has("text")) {
            return target.filled(said.path("text").asString()).getBytes(UTF_8);
        }
        return said.has("body")
                ? target.body(path, said.path("body")).toString().getBytes(UTF_8)
                : new byte[0];
    }

    private void check(Target target, Exchange.Answer answer) {
        JsonNode expect = Json.MAPPER.readTree(target.filled(said.path("expect").toString()));
        assertThat(answer.status())
                .as("status of %s: %s", request(), answer.body())
                .isEqualTo(expect.path("status").asInt(200));
        expect.path("headers")
                .properties()
                .forEach(
                        header ->
                                assertThat(answer.header(header.getKey()))
                                        .as("header %s", header.getKey())
                                        .isEqualTo(values(header.getValue())));
        if (expect.has("text")) {
            assertThat(answer.body()).isEqualTo(expect.path("text").asString());
        }
        if (expect.has("json")) {
            whole(expect, answer);
        }
        if (expect.has("last")) {
            new StreamCheck(expect, answer).run();
        }
    }

    private static List<String> values(JsonNode expected) {
        if (expected.isArray()) {
            return expected.valueStream().map(JsonNode::asString).toList();
        }
        return expected.asString("").equals("<absent>") ? List.of() : List.of(expected.asString());
    }

    private void whole(JsonNode expect, Exchange.Answer answer) {
        assertThat(answer.header("Content-Type"))
                .containsExactly(expect.path("type").asString("application/json; charset=utf-8"));
        assertThat(answer.body()).as("one object").doesNotEndWith("\n");
        JsonNode json = Json.MAPPER.readTree(answer.body());
        Expected.check(request(), expect.path("json"), json);
        if (expect.has("fields")) {
            assertThat(json.propertyNames())
                    .containsExactlyElementsOf(
                            expect.path("fields").valueStream().map(JsonNode::asString).toList());
        }
    }

    /** A stream of lines: framing first, then its objects. */
    private record StreamCheck(JsonNode expect, Exchange.Answer answer) {

        void run() {
            assertThat(answer.header("Content-Type")).containsExactly(LINES);
            assertThat(answer.header("Transfer-Encoding")).containsExactly("chunked");
            assertThat(answer.header("Content-Length")).isEmpty();
            assertThat(answer.chunks())
                    .as("chunks of whole lines")
                    .allMatch(chunk -> chunk[chunk.length - 1] == '\n');
            List<JsonNode> lines =
                    answer.body()
                            .lines()
                            .peek(line -> assertThat(line).isNotBlank())
                            .map(Json.MAPPER::readTree)
                            .toList();
            if (expect.has("each")) {
                for (JsonNode line : lines.subList(0, lines.size() - 1)) {
                    Expected.check("line", expect.path("each"), line);
                }
            }
            Expected.check("last line", expect.path("last"), lines.getLast());
            if (expect.has("lines")) {
                assertThat(lines).hasSize(expect.path("lines").asInt());
            }
        }
    }
}
