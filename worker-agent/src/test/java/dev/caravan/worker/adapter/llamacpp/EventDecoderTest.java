package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class EventDecoderTest {

    /** As the engine sent it, shortened where nothing is read. */
    private static final String STREAM =
            """
            : ping

            data: {"index":0,"content":"","tokens":[0],"stop":false,"id_slot":-1,"tokens_predicted":0,"tokens_evaluated":7,"prompt_progress":{"total":7,"cache":0,"processed":4,"time_ms":0}}

            data: {"index":0,"content":" r\\u00e9","tokens":[119],"stop":false,"id_slot":-1,"tokens_predicted":1,"tokens_evaluated":7}

            data: {"index":0,"content":"中\\n","tokens":[115,116,117],"stop":false,"id_slot":-1,"tokens_predicted":4,"tokens_evaluated":7}\r
            \r
            data: {"index":0,"content":"","tokens":[],"id_slot":0,"stop":true,"model":"tiny","tokens_predicted":4,"tokens_evaluated":7,"generation_settings":{"stop":[],"tokens":[1]},"prompt":"<s> hello","truncated":false,"stop_type":"limit","stopping_word":"","timings":{"cache_n":3,"prompt_n":4,"prompt_ms":0.73,"predicted_n":4,"predicted_ms":0.5,"predicted_per_second":8000.0}}

            """;

    private static List<String> decode(byte[] stream, int... cuts) {
        EventDecoder decoder = new EventDecoder(EventParser::parse);
        List<String> events = new ArrayList<>();
        int from = 0;
        for (int cut : cuts) {
            feed(decoder, Arrays.copyOfRange(stream, from, cut), events);
            from = cut;
        }
        feed(decoder, Arrays.copyOfRange(stream, from, stream.length), events);
        return events;
    }

    private static void feed(EventDecoder decoder, byte[] chunk, List<String> events) {
        ByteBuf buffer = Unpooled.wrappedBuffer(chunk);
        decoder.decode(buffer).stream().map(EventDecoderTest::text).forEach(events::add);
    }

    private static String text(EngineEvent event) {
        return event instanceof EngineEvent.Token(String text, int[] ids, int made, _)
                ? "Token[%s, %s, %d]".formatted(text, Arrays.toString(ids), made)
                : event.toString();
    }

    @Test
    void readsTheEventsOfAStream() {
        assertThat(decode(STREAM.getBytes(UTF_8)))
                .containsExactly(
                        "Prefill[processed=4, total=7]",
                        "Token[ ré, [119], 1]",
                        "Token[中\n, [115, 116, 117], 4]",
                        "Stop[text=, type=limit, made=4, cached=3, evaluated=4, promptMillis=0.73, answered=4, answerMillis=0.5]");
    }

    @Test
    void readsTheSameHoweverTheStreamIsCut() {
        byte[] stream = STREAM.getBytes(UTF_8);
        List<String> whole = decode(stream);

        for (int cut = 1; cut < stream.length; cut++) {
            assertThat(decode(stream, cut)).as("cut at %d", cut).isEqualTo(whole);
            assertThat(decode(stream, cut / 2, cut)).as("cut at %d", cut).isEqualTo(whole);
        }
    }

    @Test
    void readsTheSameByteByByte() {
        byte[] stream = STREAM.getBytes(UTF_8);
        int[] everywhere = new int[stream.length - 1];
        Arrays.setAll(everywhere, i -> i + 1);

        assertThat(decode(stream, everywhere)).isEqualTo(decode(stream));
    }

    @Test
    void tellsWhereTheEngineGaveUp() {
        List<String> events =
                decode(
                        "data: {\"error\":{\"code\":500,\"message\":\"out of slots\"}}\n\nerror: {\"code\":500}\n\n"
                                .getBytes(UTF_8));

        assertThat(events)
                .containsExactly(
                        "Broken[message={\"error\":{\"code\":500,\"message\":\"out of slots\"}}]",
                        "Broken[message={\"code\":500}]");
    }

    @Test
    void refusesWhatIsNoEvent() {
        assertThatThrownBy(() -> decode("data: {\"content\":\n\n".getBytes(UTF_8)))
                .isInstanceOf(JacksonException.class);
    }
}
