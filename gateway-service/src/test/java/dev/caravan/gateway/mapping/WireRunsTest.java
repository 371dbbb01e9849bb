package dev.caravan.gateway.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.wire.RunMessage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WireRunsTest {

    private static final List<ChatMessage> TURNS = List.of(new ChatMessage("user", "Hi"));

    @Test
    void sendsAPromptInBothFormsSoThatTheAgentCanChoose() {
        RunMessage sent = message(new Prompt.Chat(TURNS, Optional.of("Hi")));

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
