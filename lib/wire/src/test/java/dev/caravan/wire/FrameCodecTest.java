package dev.caravan.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FrameCodecTest {

    private final FrameCodec codec = new FrameCodec();

    private Frame decode(String line) {
        byte[] bytes = line.getBytes(UTF_8);
        return codec.decode(bytes, 0, bytes.length);
    }

    @Test
    void writesAPieceAsTheContractShowsIt() {
        byte[] line = codec.encode(new Frame.Piece(17, " the", new int[] {262}, true));

        assertThat(new String(line, UTF_8))
                .isEqualTo("{\"seq\":17,\"text\":\" the\",\"ids\":[262],\"idsComplete\":true}\n");
    }

    @Test
    void readsWhatItWrote() {
        List<Frame> frames =
                List.of(
                        new Frame.Head("b1", "r-1", 7, 3, List.of(1, 2, 3), null),
                        new Frame.Progress(512, 4096),
                        new Frame.End("stop", 3, 1, 1.5, 9, 20.25),
                        new Frame.End("stop", 3, 1, 1.5, 9, 20.25, List.of(1, 2, 3)),
                        new Frame.Rendered("<s>Hi", 2),
                        new Frame.Fail("UPSTREAM_FAILED", "engine ended: \"134\"", true));

        assertThat(frames)
                .allSatisfy(
                        frame ->
                                assertThat(decode(new String(codec.encode(frame), UTF_8)))
                                        .isEqualTo(frame));
    }

    @Test
    void keepsTextAndManyIdsOfAPiece() {
        int[] ids = {5, 6, 7, 8, 9, 10};

        Frame back =
                decode(new String(codec.encode(new Frame.Piece(0, "a\"\n😀", ids, false)), UTF_8));

        assertThat(back)
                .isInstanceOfSatisfying(
                        Frame.Piece.class,
                        piece -> {
                            assertThat(piece.text()).isEqualTo("a\"\n😀");
                            assertThat(piece.ids()).containsExactly(ids);
                            assertThat(piece.idsComplete()).isFalse();
                        });
    }

    @Test
    void writesReasoningOnlyWhereThereIsSome() {
        Frame.Piece piece = new Frame.Piece(3, "", new int[0], false, "Hm");

        String line = new String(codec.encode(piece), UTF_8);

        assertThat(line)
                .isEqualTo(
                        "{\"seq\":3,\"text\":\"\",\"thinking\":\"Hm\",\"ids\":[],\"idsComplete\":false}\n");
        assertThat(decode(line))
                .isInstanceOfSatisfying(
                        Frame.Piece.class, read -> assertThat(read.thinking()).isEqualTo("Hm"));
    }

    @Test
    void keepsToolCallsAndProbabilities() {
        ToolCall call =
                new ToolCall(
                        "call_1", 1, "get", WireJson.mapper().readTree("{\"b\":[1],\"a\":{}}"));
        Logprob told = new Logprob("é", -0.5, List.of(new Logprob("e", -3.4e38, null)));
        Frame.Piece piece =
                new Frame.Piece(3, "é", new int[] {7}, true, "", List.of(call), List.of(told));

        String line = new String(codec.encode(piece), UTF_8);

        assertThat(line)
                .contains(
                        "\"toolCalls\":[{\"id\":\"call_1\",\"index\":1,\"name\":\"get\",\"arguments\":{\"b\":[1],\"a\":{}}}]");
        assertThat(decode(line))
                .isInstanceOfSatisfying(
                        Frame.Piece.class,
                        read -> {
                            assertThat(read.toolCalls()).containsExactly(call);
                            assertThat(read.logprobs()).containsExactly(told);
                            assertThat(read.text()).isEqualTo("é");
                        });
    }

    @Test
    void keepsTheNumbersOfAVector() {
        float[] values = {0.25f, -1e-7f, 3.4e38f};

        assertThat(decode(new String(codec.encode(new Frame.Vector(values)), UTF_8)))
                .isInstanceOfSatisfying(
                        Frame.Vector.class,
                        read -> assertThat(read.values()).containsExactly(values));
    }

    @Test
    void skipsFieldsThatALaterReleaseAdds() {
        Frame piece =
                decode(
                        "{\"seq\":1,\"text\":\"a\",\"later\":{\"x\":[1]},\"ids\":[4],\"idsComplete\":true}");
        Frame end = decode("{\"end\":{\"reason\":\"length\",\"later\":1}}");

        assertThat(piece)
                .isInstanceOfSatisfying(
                        Frame.Piece.class, read -> assertThat(read.ids()).containsExactly(4));
        assertThat(end).isInstanceOf(Frame.End.class);
    }

    @Test
    void refusesWhatIsNotAFrameAndShowsIt() {
        for (String line :
                List.of("[]", "{}", "nonsense", "{\"text\":\"no sequence\"}", "{\"end\":null}")) {
            assertThatThrownBy(() -> decode(line))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected: head, seq, end or fail");
        }
    }
}
