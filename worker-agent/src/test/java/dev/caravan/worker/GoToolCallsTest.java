package dev.caravan.worker;

import static dev.caravan.worker.Frames.calls;
import static dev.caravan.worker.Frames.text;
import static dev.caravan.worker.Frames.thinking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Frame;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.ToolCall;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools of models whose only template is Go's, on a real engine. */
class GoToolCallsTest {

    private static final String TEMPLATE =
            """
            {{- if .Tools }}You may call:{{ range .Tools }}
            {{ . }}{{ end }}
            {{ end }}
            {{- range .Messages }}
            {{- if eq .Role "assistant" }}<a>
            {{- if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}
            {{- if .ToolCalls }}{{ range .ToolCalls }}<tool_call>
            {"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}
            </tool_call>{{ end }}
            {{- else }}{{ .Content }}{{ end }}</a>
            {{- else if eq .Role "tool" }}<tool_response>{{ .Content }}</tool_response>
            {{- else }}{{ .Content }}{{ end }}
            {{- end }}""";

    private static final String CALLS =
            "<think>Hm.</think>\\n\\nLet me see 🐫. <tool_call>\\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\\n</tool_call>\\n<tool_call>\\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\", \"day\": 3}}\\n</tool_call>"
                    .translateEscapes();

    private static final String TOOLS =
            """
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
             {"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{"zone":{"type":"string"}}}}}]
            """;

    @TempDir private static Path folder;

    private static TestAgent agent;
    private static AgentReport.Replica replica;

    @BeforeAll
    static void start() throws IOException {
        agent = TestAgent.start(folder);
        agent.desire(1, TestAgent.engine("go", "go:latest", make(), 2));
        replica = agent.await("go", ready -> ready.state() == ReplicaState.READY);
    }

    private static ModelDigest make() throws IOException {
        Path file = folder.resolve("made.gguf");
        new FixtureWriter()
                .write(
                        ScriptedModel.saying(
                                        "go",
                                        Script.once("calls", CALLS),
                                        Script.once("plain", "It rains {in} Paris."))
                                .withoutChatTemplate(),
                        file);
        StoreFiles store = new StoreFiles(folder.resolve("models"));
        return agent.takes(
                "go",
                store,
                new String[] {"model", store.blob(Files.readAllBytes(file))},
                new String[] {"template", store.blob(TEMPLATE)});
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    @Test
    void tellsThoughtTextAndParallelCalls() {
        List<Frame> frames = ask(true, new RunMessage.Message("user", "Weather?"));

        assertThat(thinking(frames)).isEqualTo("Hm.");
        assertThat(text(frames)).isEqualTo("Let me see 🐫. ");
        assertThat(calls(frames))
                .extracting(ToolCall::index, ToolCall::name, call -> call.arguments().toString())
                .containsExactly(
                        tuple(0, "get_weather", "{\"city\":\"Paris\"}"),
                        tuple(1, "get_time", "{\"zone\":\"UTC\",\"day\":3}"));
        assertThat(calls(frames)).allMatch(call -> call.id().startsWith("call_"));
    }

    @Test
    void leavesTheTextAsItIsWhereNoToolsAreOffered() {
        assertThat(text(ask(false, new RunMessage.Message("user", "?"))))
                .endsWith(CALLS.substring(CALLS.indexOf("Let me")));
    }

    @Test
    void theAnswerOfAToolComesBackAsText() {
        ToolCall call =
                new ToolCall(
                        "call_1",
                        0,
                        "get_weather",
                        WireJson.mapper().readTree("{\"city\":\"Paris\"}"));

        List<Frame> frames =
                ask(
                        true,
                        new RunMessage.Message("user", "Weather?"),
                        new RunMessage.Message(
                                "assistant", "", "", null, List.of(call), null, null),
                        new RunMessage.Message(
                                "tool", "rain", null, null, null, "get_weather", "call_1"),
                        new RunMessage.Message("user", "[[plain]]"));

        assertThat(text(frames)).isEqualTo("It rains {in} Paris.");
        assertThat(calls(frames)).isEmpty();
    }

    private static List<Frame> ask(boolean tools, RunMessage.Message... messages) {
        List<Frame> frames =
                agent.run(
                                new RunMessage(
                                        "test",
                                        replica.replicaId(),
                                        replica.digest(),
                                        replica.model(),
                                        List.of(messages),
                                        null,
                                        TestAgent.options(400),
                                        null,
                                        null,
                                        tools
                                                ? WireJson.mapper()
                                                        .readTree(TOOLS)
                                                        .valueStream()
                                                        .toList()
                                                : null,
                                        new RunMessage.Answer(
                                                true, null, null, true, true, false, null),
                                        null,
                                        null))
                        .all();
        assertThat(frames.getLast()).isInstanceOf(Frame.End.class);
        return frames;
    }
}
