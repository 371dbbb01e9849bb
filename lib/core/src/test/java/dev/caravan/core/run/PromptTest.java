package dev.caravan.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptTest {

    private static final List<ChatMessage> TURNS =
            List.of(new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hi"));

    @Test
    void givesThePlainTextToAModelWithoutATemplateOnly() {
        Prompt prompt = new Prompt.Chat(TURNS, Optional.of("Hi"));

        assertThat(prompt.forModel(false)).isEqualTo(new Prompt.Raw("Hi"));
        assertThat(prompt.forModel(true)).isSameAs(prompt);
    }

    @Test
    void keepsAConversationThatHasNoPlainText() {
        Prompt prompt = new Prompt.Chat(TURNS);

        assertThat(prompt.forModel(false)).isSameAs(prompt);
        assertThat(prompt.forModel(true)).isSameAs(prompt);
    }

    @Test
    void keepsARawText() {
        Prompt prompt = new Prompt.Raw("<s>Hi");

        assertThat(prompt.forModel(false)).isSameAs(prompt);
        assertThat(prompt.forModel(true)).isSameAs(prompt);
    }
}
