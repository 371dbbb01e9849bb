package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.RunFrame;
import dev.caravan.template.ThinkingTags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

class ThoughtSplitterTest {

    private static final ThinkingTags TAGS = new ThinkingTags("<think>", "</think>");
    private static final RunFrame END =
            new RunFrame.End(RunFrame.EndReason.STOP, 1, 0, Duration.ZERO, 1, Duration.ZERO);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "p|<think>because</think>so|because|so",
                "p| \\n<think>\\n a b \\n</think>\\n\\n so \\n|a b \\n|so \\n",
                "p|no tags|''|no tags",
                "p|<thin ice|''|<thin ice",
                "p|so <think>x</think>|''|so <think>x</think>",
                "p|<think>never closed |never closed |''",
                "p|<think>a < b </thin> c</think>d|a < b </thin> c|d",
                "p <think>\\n|on it</think>done|on it|done",
                "p|<th|''|<th",
            })
    void tellsReasoningFromAnswerHoweverThePiecesAreCut(
            String start, String output, String thought, String answered) {
        String prompt = start.translateEscapes();
        String said = output.translateEscapes();
        for (int width = 1; width <= said.length(); width++) {
            List<RunFrame> frames = new ArrayList<>();
            for (int at = 0; at < said.length(); at += width) {
                String text = said.substring(at, Math.min(said.length(), at + width));
                frames.add(new RunFrame.Piece(frames.size(), text, List.of(at), true));
            }
            int pieces = frames.size();
            frames.add(END);

            List<RunFrame> told =
                    new Reading.Tagged(TAGS, prompt)
                            .read(Flux.fromIterable(frames), "")
                            .toStream()
                            .toList();

            List<RunFrame.Piece> all =
                    told.stream()
                            .filter(RunFrame.Piece.class::isInstance)
                            .map(RunFrame.Piece.class::cast)
                            .toList();
            assertThat(all.stream().map(RunFrame.Piece::thinking).collect(Collectors.joining()))
                    .isEqualTo(thought.translateEscapes());
            assertThat(all.stream().map(RunFrame.Piece::text).collect(Collectors.joining()))
                    .isEqualTo(answered.translateEscapes());
            assertThat(all.stream().flatMap(piece -> piece.ids().stream())).hasSize(pieces);
            assertThat(all.stream().map(RunFrame.Piece::sequence))
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(told.getLast()).isEqualTo(END);
        }
    }
}
