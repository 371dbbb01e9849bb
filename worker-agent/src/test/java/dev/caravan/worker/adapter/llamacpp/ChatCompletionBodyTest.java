package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.OptionValues;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Thinking;
import dev.caravan.core.run.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ChatCompletionBodyTest {

    private static JsonNode body(
            Conversation conversation, OutputFormat format, int probabilities) {
        byte[] body =
                ChatCompletionBody.of(
                        conversation,
                        new OptionValues(Map.of("temperature", 0.5, "stop", List.of("x")))
                                .sampling(format),
                        7,
                        20,
                        probabilities);
        return EngineJson.MAPPER.readTree(new String(body, StandardCharsets.UTF_8));
    }

    @Test
    void sendsTheConversationInTheEnginesFormAndAllSamplingValues() {
        ToolCall call = new ToolCall("c1", 0, "get", "{\"b\":1,\"a\":2}");
        Conversation conversation =
                new Conversation(
                        List.of(
                                new ChatMessage(
                                        "assistant", "", "Hm", List.of(), List.of(call), "", ""),
                                new ChatMessage(
                                        "tool", "sunny", "", List.of(), List.of(), "get", "c1"),
                                ChatMessage.user("look", List.of("iVBORw0KGgoAAAAN"))),
                        List.of("{\"type\":\"function\"}"),
                        Optional.of(new Thinking(true, "low")));

        assertThat(body(conversation, new OutputFormat.Json(), 3))
                .isEqualTo(
                        EngineJson.MAPPER.readTree(
                                """
                                {"messages":[
                                  {"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"get","arguments":"{\\"b\\":1,\\"a\\":2}"}}]},
                                  {"role":"tool","content":"sunny","name":"get","tool_call_id":"c1"},
                                  {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAAN"}}]}],
                                 "tools":[{"type":"function"}],
                                 "chat_template_kwargs":{"enable_thinking":true,"reasoning_effort":"low"},
                                 "stream":true,"stream_options":{"include_usage":true},"cache_prompt":true,"return_progress":true,
                                 "parallel_tool_calls":true,"reasoning_format":"auto",
                                 "n_predict":20,"n_keep":4,"seed":7,"temperature":0.5,"top_k":40,"top_p":0.9,"min_p":0.0,
                                 "typical_p":1.0,"repeat_last_n":64,"repeat_penalty":1.0,"presence_penalty":0.0,
                                 "frequency_penalty":0.0,"top_n_sigma":-1,"mirostat":0,"dynatemp_range":0,
                                 "xtc_probability":0,"dry_multiplier":0,"stop":["x"],
                                 "logprobs":true,"top_logprobs":3,"response_format":{"type":"json_object"}}
                                """));
    }

    @Test
    void givesASchemaItsName() {
        Conversation said =
                new Conversation(
                        List.of(new ChatMessage("user", "Hi")), List.of(), Optional.empty());

        assertThat(
                        body(said, new OutputFormat.Schema("{\"type\":\"object\"}"), -1)
                                .path("response_format"))
                .hasToString(
                        "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"schema\",\"schema\":{\"type\":\"object\"}}}");
    }

    @ParameterizedTest
    @CsvSource({
        "iVBORw0KGgoAAAAN, png",
        "/9j/4AAQSkZJRgAB, jpeg",
        "R0lGODlhAQABAIAA, gif",
        "UklGRiQAAABXRUJQ, webp",
        "UklGRiQAAABXQVZF, wav",
        "SUQzBAAAAAAAI1RT, mp3",
        "aGk=, png"
    })
    void tellsMediaByTheirFirstBytes(String data, String type) {
        assertThat(Media.of(data).type()).isEqualTo(type);
    }
}
