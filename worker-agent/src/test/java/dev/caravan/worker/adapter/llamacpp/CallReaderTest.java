package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

class CallReaderTest {

    private static final List<String> TOOLS = List.of("get", "get_weather", "now");
    private static final RunFrame END =
            new RunFrame.End(RunFrame.EndReason.STOP, 1, 0, Duration.ZERO, 1, Duration.ZERO);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "<tool_call>|Hello.||Hello.",
                "<tool_call>|<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"city\":\"a\"}}</tool_call>|get_weather{\"city\":\"a\"}|",
                "<tool_call>|Wait. <tool_call>\\n{\"name\": \"get_weather\", \"arguments\": {\"b\": 1, \"a\": {}}}\\n</tool_call>\\n<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call> end|get_weather{\"b\":1,\"a\":{}} now{}|Wait. ",
                "<tool_call>|a <tool_cal no <tool b||a <tool_cal no <tool b",
                "<tool_call>|<tool_call>not json</tool_call>||<tool_call>not json</tool_call>",
                "<tool_call>|<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call>||<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call>",
                "<tool_call>|<tool_call>{\"name\":\"now\",\"arguments\":{\"cut\":||<tool_call>{\"name\":\"now\",\"arguments\":{\"cut\":",
                "<tool_call>|<tool_call>{\"name\":\"get\",\"arguments\":{\"text\":\"} \\\\\"{ ]\"}}</tool_call>|get{\"text\":\"} \\\\\"{ ]\"}|",
                "<tool_call>|{\"name\":\"now\",\"arguments\":{}}|now{}|",
                "[TOOL_CALLS]|[TOOL_CALLS] [{\"name\":\"get\",\"arguments\":{\"a\":1}},{\"name\":\"now\",\"arguments\":{}}]|get{\"a\":1} now{}|",
                "[TOOL_CALLS]|[{\"name\":\"get\",\"arguments\":{\"a\":1}}, {\"name\":\"now\",\"arguments\":{}}] so|get{\"a\":1} now{}|so",
                "|{\"name\":\"get_weather\",\"parameters\":{\"city\":\"a\"}}|get_weather{\"city\":\"a\"}|",
                "|\\n {\"name\":\"get\",\"arguments\":\"{\\\\\"a\\\\\":1}\"}|get{\"a\":1}|",
                "|{\"tool_calls\":[{\"name\":\"get\",\"arguments\":{}},{\"name\":\"now\",\"arguments\":{}}]}|get{} now{}|",
                "|{\"temperature\":3} is what I know||{\"temperature\":3} is what I know",
                "|say {\"name\":\"now\",\"arguments\":{}}||say {\"name\":\"now\",\"arguments\":{}}",
                "[|[1] is a number||[1] is a number",
                "[|I say [1]||I say [1]",
                "Action: ```json|Action: ```json\\n[{\"tool_name\":\"get\",\"parameters\":{\"a\":[1,2]}}]\\n```|get{\"a\":[1,2]}|",
                "<call>|<call>function<sep>get_weather\\n{\"city\":\"a\"}<end>|get_weather{\"city\":\"a\"}|",
            })
    void tellsCallsFromTextHoweverThePiecesAreCut(
            String tag, String output, String called, String answered) {
        String said = output.translateEscapes();
        for (int width = 1; width <= said.length(); width++) {
            List<RunFrame.Piece> told = read(tag, said, width);

            assertThat(told.stream().map(RunFrame.Piece::text).collect(Collectors.joining()))
                    .isEqualTo(answered == null ? "" : answered.translateEscapes());
            assertThat(calls(told))
                    .extracting(call -> call.name() + call.arguments())
                    .isEqualTo(
                            called == null
                                    ? List.of()
                                    : List.of(called.translateEscapes().split(" (?=[a-z_]+\\{)")));
            assertThat(calls(told)).extracting(ToolCall::index).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aCallHasAnIdOfOllamasForm() {
        List<ToolCall> calls =
                calls(
                        read(
                                "<tool_call>",
                                "<tool_call>{\"name\":\"now\",\"arguments\":{}}{\"name\":\"now\",\"arguments\":{}}",
                                7));

        assertThat(calls).hasSize(2).allMatch(call -> call.id().matches("call_[a-z0-9]{8}"));
        assertThat(calls.getFirst().id()).isNotEqualTo(calls.getLast().id());
    }

    private static List<RunFrame.Piece> read(String tag, String said, int width) {
        List<RunFrame> frames = new ArrayList<>();
        for (int at = 0; at < said.length(); at += width) {
            String text = said.substring(at, Math.min(said.length(), at + width));
            frames.add(new RunFrame.Piece(frames.size(), text, List.of(at), true));
        }
        int pieces = frames.size();
        frames.add(END);

        List<RunFrame> told =
                CallSplitter.split(
                                Flux.fromIterable(frames),
                                Optional.ofNullable(tag).filter(text -> !text.isEmpty()),
                                TOOLS)
                        .toStream()
                        .toList();

        List<RunFrame.Piece> all =
                told.stream()
                        .filter(RunFrame.Piece.class::isInstance)
                        .map(RunFrame.Piece.class::cast)
                        .toList();
        assertThat(all.stream().flatMap(piece -> piece.ids().stream())).hasSize(pieces);
        assertThat(all.stream().map(RunFrame.Piece::sequence)).isSorted().doesNotHaveDuplicates();
        assertThat(told.getLast()).isEqualTo(END);
        return all;
    }

    private static List<ToolCall> calls(List<RunFrame.Piece> pieces) {
        return pieces.stream().flatMap(piece -> piece.toolCalls().stream()).toList();
    }
}
