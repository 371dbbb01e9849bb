package dev.caravan.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Prompt;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunMessagesTest {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],";
    private static final List<ChatMessage> TURNS = List.of(new ChatMessage("user", "Hi"));

    @Test
    void takesMessagesTogetherWithTheirPlainText() {
        assertThat(prompt(MESSAGES + "\"prompt\":\"Hi\","))
                .isEqualTo(new Prompt.Instruction("", "Hi"));
    }

    @Test
    void takesMessagesOrAPromptAlone() {
        assertThat(prompt(MESSAGES)).isEqualTo(new Prompt.Chat(TURNS));
        assertThat(prompt("\"prompt\":\"<s>Hi\",")).isEqualTo(new Prompt.Raw("<s>Hi"));
    }

    @Test
    void refusesARunWithNeither() {
        assertThatThrownBy(() -> prompt(""))
                .isInstanceOf(CaravanException.class)
                .hasMessage("messages and prompt: absent (expected: at least one)");
    }

    /**
     * @param fields of the run, each with a comma behind it
     */
    private static Prompt prompt(String fields) {
        String json = "{%s\"options\":{\"stop\":[]}}".formatted(fields);
        return RunMessages.request(WireJson.mapper().readValue(json, RunMessage.class)).prompt();
    }
}
