package dev.caravan.gateway.adapter.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class FrameReaderTest {

    private static final String HEAD =
            "{\"head\":{\"build\":\"b1\",\"replicaId\":\"r\",\"seed\":7,\"promptTokens\":1,\"promptIds\":[1]}}\n";
    private static final String ANSWER =
            HEAD
                    + "{\"seq\":0,\"text\":\"Grüße 😀\",\"ids\":[5,6],\"idsComplete\":true}\n"
                    + "{\"end\":{\"reason\":\"length\",\"promptTokens\":1,\"cachedTokens\":0,\"promptMillis\":1.5,\"answerTokens\":2,\"answerMillis\":2.25}}\n";

    @Test
    void readsAnAnswerThatIsCutAtAnyByte() {
        byte[] bytes = ANSWER.getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            List<RunFrame> frames =
                    read(
                            Arrays.copyOfRange(bytes, 0, cut),
                            Arrays.copyOfRange(bytes, cut, bytes.length));

            assertThat(frames)
                    .containsExactly(
                            new RunFrame.Head("b1", "r", 7, 1, List.of(1)),
                            new RunFrame.Piece(0, "Grüße 😀", List.of(5, 6), true),
                            new RunFrame.End(
                                    RunFrame.EndReason.LENGTH,
                                    1,
                                    0,
                                    Duration.ofNanos(1_500_000),
                                    2,
                                    Duration.ofNanos(2_250_000)));
        }
    }

    @Test
    void anAnswerThatStopsWithoutAnEndIsAFault() {
        StepVerifier.create(FrameReader.read(Flux.just(buffer(HEAD.getBytes(UTF_8)))))
                .expectNextCount(1)
                .expectErrorSatisfies(
                        fault ->
                                assertThat(((CaravanException) fault).code())
                                        .isEqualTo(FaultCode.UPSTREAM_FAILED))
                .verify(Duration.ofSeconds(5));
    }

    private static List<RunFrame> read(byte[]... chunks) {
        ByteBuf[] buffers =
                Arrays.stream(chunks).map(FrameReaderTest::buffer).toArray(ByteBuf[]::new);
        return FrameReader.read(Flux.just(buffers))
                .flatMapIterable(frames -> frames)
                .toStream()
                .toList();
    }

    private static ByteBuf buffer(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }
}
