package dev.caravan.gateway.adapter.agent;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import dev.caravan.gateway.mapping.WireRuns;
import dev.caravan.wire.FrameCodec;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An agent's answer as frames; an answer that stops without an End or Fail is an error. */
final class FrameReader {

    private static final FrameCodec CODEC = new FrameCodec();

    private final LineSplitter lines = new LineSplitter();
    private boolean ended;

    static Flux<List<RunFrame>> read(Flux<ByteBuf> content) {
        return Flux.defer(
                () -> {
                    FrameReader reader = new FrameReader();
                    return content.<List<RunFrame>>handle(
                                    (buffer, sink) -> {
                                        List<RunFrame> frames = reader.frames(buffer);
                                        if (!frames.isEmpty()) {
                                            sink.next(frames);
                                        }
                                    })
                            .concatWith(Mono.defer(reader::mustHaveEnded));
                });
    }

    private List<RunFrame> frames(ByteBuf buffer) {
        List<RunFrame> frames = new ArrayList<>(4);
        lines.feed(
                buffer,
                line -> {
                    RunFrame frame =
                            WireRuns.frame(
                                    CODEC.decode(line.bytes(), line.offset(), line.length()));
                    ended = frame instanceof RunFrame.End || frame instanceof RunFrame.Fail;
                    frames.add(frame);
                });
        return frames;
    }

    private Mono<List<RunFrame>> mustHaveEnded() {
        return ended ? Mono.empty() : Mono.error(cutOff());
    }

    /** The text that Ollama has for it. */
    static CaravanException cutOff() {
        return new CaravanException(
                FaultCode.UPSTREAM_FAILED,
                "an error was encountered while running the model: unexpected EOF");
    }
}
