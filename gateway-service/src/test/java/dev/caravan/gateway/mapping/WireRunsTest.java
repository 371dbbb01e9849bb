package dev.caravan.gateway.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.core.run.ToolCall;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WireRunsTest {

    private static final List<ChatMessage> TURNS = List.of(new ChatMessage("user", "Hi"));

    @Test
    void sendsAPromptInBothFormsSoThatTheAgentCanChoose() {
        RunMessage sent = message(new Prompt.Instruction("", "Hi"));

        assertThat(sent.messages()).containsExactly(new RunMessage.Message("user", "Hi"));
        assertThat(sent.prompt()).isEqualTo("Hi");
    }

    @Test
    void sendsAConversationAsMessagesOnly() {
        RunMessage sent = message(new Prompt.Chat(TURNS));

        assertThat(sent.messages()).containsExactly(new RunMessage.Message("user", "Hi"));
        assertThat(sent.prompt()).isNull();
    }

    @Test
    void sendsARawPromptAsTextOnly() {
        RunMessage sent = message(new Prompt.Raw("<s>Hi"));

        assertThat(sent.messages()).isNull();
        assertThat(sent.prompt()).isEqualTo("<s>Hi");
    }

    @Test
    void sendsAllThatBelongsToAPrompt() {
        ToolCall call = new ToolCall("call_1", 1, "get", "{\"b\":1,\"a\":2}");
        ChatMessage asked =
                new ChatMessage(
                        "assistant", "", "Hm.", List.of("aGk="), List.of(call), "tool", "call_0");

        RunMessage sent =
                message(new Prompt.Chat(List.of(asked), List.of("{\"type\":\"function\"}")));

        RunMessage.Message message = Objects.requireNonNull(sent.messages()).getFirst();
        assertThat(WireJson.mapper().writeValueAsString(message))
                .isEqualTo(
                        "{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Hm.\",\"images\":[\"aGk=\"],\"toolCalls\":[{\"id\":\"call_1\",\"index\":1,\"name\":\"get\",\"arguments\":{\"b\":1,\"a\":2}}],\"toolName\":\"tool\",\"toolCallId\":\"call_0\"}");
        assertThat(sent.tools()).hasToString("[{\"type\":\"function\"}]");
    }

    @Test
    void sendsATextWhoseVectorIsWanted() {
        RunMessage sent = message(new Prompt.Embedding("Hi", true, false));

        assertThat(sent.embed()).isEqualTo(new RunMessage.Embed("Hi", true, false));
        assertThat(sent.prompt()).isNull();
        assertThat(sent.messages()).isNull();
    }

    private static RunMessage message(Prompt prompt) {
        RunRequest request =
                new RunRequest(
                        "id",
                        ModelRef.parse("toy").orElseThrow(),
                        new ModelDigest("a".repeat(64)),
                        prompt,
                        SamplingOptions.DEFAULTS,
                        4096,
                        new KeepAlive.Unset());
        return WireRuns.message(request, "replica");
    }
}
