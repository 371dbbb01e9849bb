package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunFrame.EndReason;
import dev.caravan.core.run.ToolCall;
import dev.caravan.wire.WireJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerWriterTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:07.000042Z");
    private static final AnswerWriter.Times TIMES =
            new AnswerWriter.Times(Duration.ofMillis(20), Duration.ofMillis(3));
    private static final RunFrame.End END =
            new RunFrame.End(
                    EndReason.LENGTH, 12, 4, Duration.ofNanos(1_500), 2, Duration.ofNanos(2_500));

    private final AnswerWriter.Factory writers = new AnswerWriter.Factory(() -> NOW);

    @Test
    void writesLinesAsOllamaDoes() {
        AnswerWriter writer = writer(AnswerForm.GENERATE, "toy");

        assertThat(text(writer.lines(List.of(piece("Hi"), END), TIMES)))
                .isEqualTo(
                        """
                        {"model":"toy","created_at":"2026-11-21T08:00:07.000042Z","response":"Hi","done":false}
                        {"model":"toy","created_at":"2026-11-21T08:00:07.000042Z","response":"","done":true,"done_reason":"length","total_duration":20000000,"load_duration":3000000,"prompt_eval_count":12,"prompt_eval_duration":1500,"eval_count":2,"eval_duration":2500}
                        """);
    }

    @Test
    void writesAChatWithItsMessage() {
        AnswerWriter writer = writer(AnswerForm.CHAT, "a\"b");

        assertThat(text(writer.whole(whole("Hi"), TIMES)))
                .startsWith(
                        "{\"model\":\"a\\\"b\",\"created_at\":\"2026-11-21T08:00:07.000042Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"done\":true,")
                .doesNotEndWith("\n");
        assertThat(text(writer.empty("load")))
                .isEqualTo(
                        "{\"model\":\"a\\\"b\",\"created_at\":\"2026-11-21T08:00:07.000042Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"load\"}");
    }

    @Test
    void leavesOutLinesWithoutTextAndFiguresThatAreZero() {
        RunFrame.End nothing =
                new RunFrame.End(EndReason.STOP, 3, 0, Duration.ZERO, 0, Duration.ZERO);

        assertThat(
                        text(
                                writer(AnswerForm.GENERATE, "toy")
                                        .lines(List.of(piece(""), nothing), TIMES)))
                .containsOnlyOnce("\n")
                .doesNotContain("eval_count\":0", "eval_duration");
    }

    @Test
    void escapesAsGoDoes() {
        assertThat(
                        text(
                                writer(AnswerForm.GENERATE, "t")
                                        .lines(List.of(piece("<a&b>\n\u0001\u2028é😀")), TIMES)))
                .contains("\"\\u003ca\\u0026b\\u003e\\n\\u0001\\u2028é😀\"");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyTextComesBackAsItWas(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            var built = new StringBuilder();
            for (int index = 0; index < random.nextInt(20); index++) {
                int codePoint =
                        random.nextInt(4) > 0 ? random.nextInt(0x80) : random.nextInt(0x11000);
                if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                    built.appendCodePoint(codePoint);
                }
            }
            String whole = text(writer(AnswerForm.GENERATE, "toy").whole(whole(built), TIMES));

            assertThat(WireJson.mapper().readTree(whole).get("response").asString())
                    .isEqualTo(built.toString());
        }
    }

    private AnswerWriter writer(AnswerForm form, String model) {
        return writers.create(UnpooledByteBufAllocator.DEFAULT, form, model);
    }

    @Test
    void writesToolCallsBesideTheText() {
        RunFrame call =
                new RunFrame.Piece(
                        0,
                        "",
                        List.of(),
                        false,
                        "Hm.",
                        List.of(new ToolCall("call_1", 1, "get", "{\"b\":1,\"a\":\"x\"}")),
                        List.of());

        assertThat(text(writer(AnswerForm.CHAT, "toy").lines(List.of(call), TIMES)))
                .isEqualTo(
                        """
                        {"model":"toy","created_at":"2026-11-21T08:00:07.000042Z","message":{"role":"assistant","content":"","thinking":"Hm.","tool_calls":[{"id":"call_1","function":{"index":1,"name":"get","arguments":{"b":1,"a":"x"}}}]},"done":false}
                        """);
    }

    @Test
    void writesProbabilitiesWithTheBytesOfTheirTokens() {
        Logprob told = new Logprob("é", -0.5, List.of(new Logprob("e", -1.5, List.of())));
        RunFrame piece = new RunFrame.Piece(0, "é", List.of(7), true, "", List.of(), List.of(told));

        assertThat(text(writer(AnswerForm.GENERATE, "toy").lines(List.of(piece), TIMES)))
                .endsWith(
                        "\"done\":false,\"logprobs\":[{\"token\":\"é\",\"logprob\":-0.5,\"bytes\":[195,169],\"top_logprobs\":[{\"token\":\"e\",\"logprob\":-1.5,\"bytes\":[101]}]}]}\n");
    }

    @Test
    void writesTheContextAndTheRenderedPrompt() {
        AnswerWriter writer = writer(AnswerForm.GENERATE, "toy");

        assertThat(text(writer.lines(List.of(END.withContext(List.of(1, 2, 3))), TIMES)))
                .contains("\"done_reason\":\"length\",\"context\":[1,2,3],\"total_duration\"");
        assertThat(text(writer.rendered(new RunFrame.Rendered("<s>Hi", 1))))
                .endsWith(
                        "\"response\":\"\",\"done\":false,\"_debug_info\":{\"rendered_template\":\"\\u003cs\\u003eHi\",\"image_count\":1}}");
        assertThat(text(writer(AnswerForm.CHAT, "toy").rendered(new RunFrame.Rendered("<s>Hi", 0))))
                .contains("\"message\":{\"role\":\"\",\"content\":\"\"},\"done\":false");
    }

    private static AnswerWriter.Whole whole(CharSequence text) {
        return new AnswerWriter.Whole(text, "", List.of(), List.of(), END);
    }

    private static RunFrame piece(String text) {
        return new RunFrame.Piece(0, text, List.of(1), true);
    }

    private static String text(ByteBuf bytes) {
        String text = bytes.toString(UTF_8);
        bytes.release();
        return text;
    }
}
