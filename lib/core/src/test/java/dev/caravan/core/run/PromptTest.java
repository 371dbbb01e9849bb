package dev.caravan.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptTest {

    private static final List<ChatMessage> OWN = List.of(new ChatMessage("assistant", "Hello."));

    @Test
    void putsTheModelsMessagesBetweenItsSystemTextAndTheInstruction() {
        Prompt.Instruction instruction = new Prompt.Instruction("", "Hi");

        assertThat(instruction.conversation(Optional.of("Be brief."), OWN))
                .extracting(ChatMessage::role, ChatMessage::content)
                .containsExactly(
                        tuple("system", "Be brief."),
                        tuple("assistant", "Hello."),
                        tuple("user", "Hi"));
    }

    @Test
    void prefersTheSystemTextOfTheRequest() {
        Prompt.Instruction instruction = new Prompt.Instruction("Be long.", "Hi");

        assertThat(instruction.conversation(Optional.of("Be brief."), List.of()))
                .containsExactly(
                        new ChatMessage("system", "Be long."), new ChatMessage("user", "Hi"));
    }

    @Test
    void leavesTheModelsMessagesOutWhereThereIsAContextEvenAnEmptyOne() {
        Prompt.Instruction instruction =
                new Prompt.Instruction(
                        "", "Hi", "", List.of(), Optional.of(List.of()), Optional.empty());

        assertThat(instruction.conversation(Optional.empty(), OWN))
                .containsExactly(new ChatMessage("user", "Hi"));
    }
}
