package dev.caravan.gateway.api;

import dev.caravan.gateway.dialect.ollama.AnswerWriter;
import dev.caravan.gateway.dialect.ollama.AnswerWriter.Times;
import dev.caravan.gateway.stream.Answers.Part;
import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/** One streamed answer: lines as they come, and one error line where it breaks within. */
final class AnswerLines {

    private final AnswerWriter writer;
    private boolean started;

    AnswerLines(AnswerWriter writer) {
        this.writer = writer;
    }

    void render(Part part, SynchronousSink<ByteBuf> sink) {
        ByteBuf lines = writer.lines(part.frames(), new Times(part.elapsed(), part.waited()));
        if (!lines.isReadable()) {
            lines.release();
            return;
        }
        started = true;
        sink.next(lines);
    }

    /** A line that says nothing; from then on a failure is a line too. */
    ByteBuf heartbeat() {
        started = true;
        return writer.heartbeat();
    }

    /** Before the first line the failure still has a status of its own. */
    Flux<ByteBuf> end(Throwable fault) {
        return Flux.from(
                started
                        ? Mono.fromSupplier(() -> writer.error(Replies.text(fault)))
                        : Mono.error(fault));
    }
}
