package dev.caravan.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real engine says what is written into a model's weights. */
class ScriptedModelEngineTest {

    private static final String THOUGHT = "I need a tool.\n";
    private static final String CALL =
            "{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}";

    private static final List<Script> SCRIPTS =
            List.of(
                    Script.once("unasked", "Nobody asked for a script."),
                    Script.once("early", "Hi"),
                    Script.once(
                            "again",
                            "the cat and the dog and the cat and the dog, the cat; so so so it is, is it"),
                    Script.once(
                            "emoji",
                            "A camel \uD83D\uDC2B, a family \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 and \u6F22\u5B57, \u00F1."),
                    Script.once("spaces", " two  spaces,\ttabs\nand\n\nlines "),
                    Script.once("think", "<think>\nHm, " + THOUGHT + "</think>\n\nForty-two."),
                    Script.once(
                            "tool",
                            "<think>\n"
                                    + THOUGHT
                                    + "</think>\n\n<tool_call>\n"
                                    + CALL
                                    + "\n</tool_call>"),
                    Script.endless("endless", "tick tock, "));

    @TempDir private static Path folder;
    private static EngineInstallation installation;
    private static TalkingEngine engine;

    @BeforeAll
    static void start() throws IOException {
        installation =
                new EngineInstaller(EngineFinder.ofEnvironment()).install(System.out::println);
        engine = new TalkingEngine(installation, written(2), folder.resolve("whole"));
    }

    @AfterAll
    static void end() {
        engine.close();
    }

    static Stream<Arguments> scriptsAndTemperatures() {
        return SCRIPTS.stream()
                .filter(script -> !script.endless())
                .flatMap(
                        script ->
                                Stream.of(
                                        Arguments.of(script.name(), 0.0),
                                        Arguments.of(script.name(), 1.5)));
    }

    @ParameterizedTest
    @MethodSource("scriptsAndTemperatures")
    void saysTheScriptAndStopsByItself(String name, double temperature) throws Exception {
        assertSays(engine, script(name), temperature);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Hello!", "Tell me about the cat", "[[early]] once more", "\u6F22"})
    void saysTheFirstScriptWhereNoneIsAskedFor(String prompt) throws Exception {
        List<JsonNode> events = complete(engine, prompt, 0, -1);

        assertThat(text(events)).isEqualTo(SCRIPTS.getFirst().text());
    }

    @Test
    void anEndlessScriptGoesOnToTheLimit() throws Exception {
        List<JsonNode> events = complete(engine, "[[endless]]", 0, 200);

        String once = script("endless").text();
        assertThat(events.getLast().path("stop_type").asString()).isEqualTo("limit");
        assertThat(events.getLast().path("tokens_predicted").asInt()).isEqualTo(200);
        assertThat(once.repeat(200)).startsWith(text(events));
        assertThat(text(events).length()).isGreaterThan(10 * once.length());
    }

    @Test
    void anEmojiComesAsSeveralTokensInOnePiece() throws Exception {
        List<JsonNode> events = complete(engine, "[[emoji]]", 0, -1);

        JsonNode camel =
                events.stream()
                        .filter(event -> event.path("content").asString().contains("\uD83D\uDC2B"))
                        .findFirst()
                        .orElseThrow();
        int before = events.get(events.indexOf(camel) - 1).path("tokens_predicted").asInt();
        assertThat(camel.path("content").asString()).isEqualTo("\uD83D\uDC2B");
        assertThat(camel.path("tokens_predicted").asInt() - before).isEqualTo(4);
    }

    @Test
    void aToolCallAndAThoughtAreRecognised() throws Exception {
        List<JsonNode> events =
                chat(
                        "What is the weather? [[tool]]",
                        ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}]");

        assertThat(deltas(events, "reasoning_content")).isEqualTo(THOUGHT);
        assertThat(deltas(events, "content")).isEmpty();
        List<JsonNode> calls =
                choices(events)
                        .map(choice -> choice.path("delta").path("tool_calls").path(0))
                        .map(call -> call.path("function"))
                        .toList();
        assertThat(joined(calls, "name")).isEqualTo("get_weather");
        assertThat(JsonMapper.shared().readTree(joined(calls, "arguments")))
                .isEqualTo(JsonMapper.shared().readTree("{\"city\":\"Paris\"}"));
        assertThat(choices(events).map(choice -> choice.path("finish_reason").asString("")))
                .contains("tool_calls");
    }

    @Test
    void aThoughtIsToldApartFromTheAnswer() throws Exception {
        List<JsonNode> events = chat("Think! [[think]]", "");

        assertThat(deltas(events, "reasoning_content")).isEqualTo("Hm, " + THOUGHT);
        assertThat(deltas(events, "content")).isEqualTo("Forty-two.");
    }

    @Test
    void saysTheSameSplitOverTwoServers() throws Exception {
        try (TalkingEngine split =
                new TalkingEngine(installation, written(4), folder.resolve("split"), 2, 3)) {
            for (Script script : SCRIPTS.stream().filter(one -> !one.endless()).toList()) {
                assertSays(split, script, 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "Q4_K_M"})
    void saysTheSameQuantized(String type) throws Exception {
        Path small = folder.resolve(type + ".gguf");
        try (ProcessLauncher launcher = ProcessLauncher.open(folder.resolve("quantize-" + type))) {
            var command =
                    List.of(
                            installation.quantize().orElseThrow().toString(),
                            written(2).toString(),
                            small.toString(),
                            type,
                            "1");
            var spec =
                    new ProcessSpec(
                            command, Map.of(), folder, folder.resolve(type + ".log"), 1024 * 1024);
            assertThat(launcher.start(spec).onExit().get(60, TimeUnit.SECONDS).code()).isZero();
        }

        try (TalkingEngine quantized =
                new TalkingEngine(installation, small, folder.resolve(type))) {
            for (Script script : SCRIPTS.stream().filter(one -> !one.endless()).toList()) {
                assertSays(quantized, script, 0);
            }
        }
    }

    private static void assertSays(TalkingEngine speaker, Script script, double temperature)
            throws Exception {
        List<JsonNode> events =
                complete(speaker, "Some prompt " + script.trigger(), temperature, -1);

        assertThat(text(events)).isEqualTo(script.text());
        assertThat(events.getLast().path("stop_type").asString()).isEqualTo("eos");
    }

    private static List<JsonNode> complete(
            TalkingEngine speaker, String prompt, double temperature, int predict)
            throws Exception {
        var body = JsonMapper.shared().createObjectNode();
        body.put("prompt", prompt).put("temperature", temperature).put("n_predict", predict);
        body.put("stream", true).put("seed", 7);
        return speaker.events("/completion", body.toString());
    }

    private static List<JsonNode> chat(String content, String more) throws Exception {
        return engine.events(
                "/v1/chat/completions",
                "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}"
                        .formatted(content, more));
    }

    private static String text(List<JsonNode> events) {
        return joined(events, "content");
    }

    private static String deltas(List<JsonNode> events, String field) {
        return joined(choices(events).map(choice -> choice.path("delta")).toList(), field);
    }

    private static Stream<JsonNode> choices(List<JsonNode> events) {
        return events.stream().flatMap(event -> event.path("choices").valueStream());
    }

    private static String joined(List<JsonNode> nodes, String field) {
        return String.join("", nodes.stream().map(node -> node.path(field).asString("")).toList());
    }

    private static Script script(String name) {
        return SCRIPTS.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }

    private static Path written(int layers) throws IOException {
        Path file = folder.resolve("scripted-" + layers + ".gguf");
        new FixtureWriter()
                .write(
                        ScriptedModel.saying("scripted", SCRIPTS.toArray(Script[]::new))
                                .withLayers(layers),
                        file);
        return file;
    }
}
