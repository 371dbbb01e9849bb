package dev.caravan.worker.adapter.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.RunFrame;
import dev.caravan.worker.app.store.Progress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;

/** Answers that come in chunks which, as Netty does it, are taken back at once. */
class AnswerReaderTest {

    private static Flux<ByteBuf> chunks(String... texts) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super ByteBuf> reader) {
                reader.onSubscribe(Operators.emptySubscription());
                for (String text : List.of(texts)) {
                    ByteBuf chunk = Unpooled.copiedBuffer(text, UTF_8);
                    reader.onNext(chunk);
                    chunk.release();
                }
                reader.onComplete();
            }
        };
    }

    @Test
    void aSlowReaderLosesNothingOfAnAnswer() {
        Flux<RunFrame> frames =
                new AnswerReader(_ -> {})
                        .read(
                                chunks(
                                        "{\"response\":\"a\"}\n{\"respon",
                                        "se\":\"b\"}\n",
                                        "{\"done\":true,\"done_reason\":\"stop\"}\n"));

        StepVerifier.create(frames, 0)
                .thenRequest(1)
                .assertNext(frame -> assertThat(text(frame)).isEqualTo("a"))
                .thenRequest(1)
                .assertNext(frame -> assertThat(text(frame)).isEqualTo("b"))
                .thenRequest(1)
                .expectNextMatches(RunFrame.End.class::isInstance)
                .verifyComplete();
    }

    @Test
    void aSlowReaderLosesNoStep() {
        Flux<Progress> steps =
                new StepReader()
                        .read(chunks("{\"status\":\"parsing\"}\n{\"sta", "tus\":\"success\"}"));

        StepVerifier.create(steps, 0)
                .thenRequest(1)
                .expectNext(Progress.of("parsing"))
                .thenRequest(1)
                .expectNext(Progress.SUCCESS)
                .verifyComplete();
    }

    private static String text(RunFrame frame) {
        return ((RunFrame.Piece) frame).text();
    }
}
