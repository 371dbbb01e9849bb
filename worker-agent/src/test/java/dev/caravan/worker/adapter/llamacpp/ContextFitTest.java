package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.run.ChatMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

class ContextFitTest {

    private int rendered;

    /** As many tokens as the contents have characters. */
    private Mono<ContextFit.Fitted> render(Conversation conversation) {
        rendered++;
        int tokens =
                conversation.messages().stream()
                        .mapToInt(message -> message.content().length())
                        .sum();
        return Mono.just(new ContextFit.Fitted(conversation, "", new int[tokens]));
    }

    private static Conversation conversation(List<ChatMessage> messages) {
        return new Conversation(messages, List.of(), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void keepsTheLongestEndThatFits(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            List<ChatMessage> messages = new ArrayList<>();
            for (int turn = random.nextInt(1, 40); turn > 0; turn--) {
                messages.add(
                        new ChatMessage(
                                random.nextInt(5) == 0 ? "system" : "user",
                                "x".repeat(random.nextInt(30))));
            }
            Conversation whole = conversation(messages);
            ContextFit fit = new ContextFit(random.nextInt(1, 400));
            rendered = 0;

            Conversation kept =
                    fit.fit(whole, this::render).blockOptional().orElseThrow().conversation();

            int dropped = messages.size() - kept.messages().size();
            assertThat(kept).isEqualTo(whole.without(dropped));
            assertThat(kept.messages().getLast()).isEqualTo(messages.getLast());
            boolean fits = fit.holds(tokens(kept));
            assertThat(fits || dropped == whole.droppable()).isTrue();
            if (dropped > 0) {
                assertThat(fit.holds(tokens(whole.without(dropped - 1)))).isFalse();
            }
            assertThat(rendered).isLessThanOrEqualTo(8);
        }
    }

    private static int tokens(Conversation conversation) {
        return conversation.messages().stream()
                .mapToInt(message -> message.content().length())
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"4,0 1 2 3 17 18 19", "0,15 16 17 18 19", "-1,0 1 2 3 4 5 6 7 8"})
    void cutsBehindTheTokensThatAreToBeKeptToHalfOfTheRest(int keep, String left) {
        int[] ids = IntStream.range(0, 20).toArray();

        int[] cut = new ContextFit(10).cut(ids, keep, true);

        assertThat(Arrays.stream(cut).mapToObj(Integer::toString)).containsExactly(left.split(" "));
    }

    @Test
    void refusesToCutWhereItMayNot() {
        assertThatExceptionOfType(EngineRefusal.class)
                .isThrownBy(() -> new ContextFit(10).cut(new int[20], 4, false))
                .withMessageStartingWith("the prompt is longer than the context length")
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(400));
        assertThat(new ContextFit(10).cut(new int[9], 4, false)).hasSize(9);
    }
}
