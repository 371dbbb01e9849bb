package dev.caravan.benchmarks;

import dev.caravan.wire.Frame;
import dev.caravan.wire.FrameCodec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one token's frame costs each of the two processes it passes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameCodecBenchmark {

    private final FrameCodec codec = new FrameCodec();
    private final Frame piece = new Frame.Piece(17, " the", new int[] {262}, true);
    private final byte[] line = codec.encode(piece);

    @Benchmark
    public byte[] encodeAPiece() {
        return codec.encode(piece);
    }

    @Benchmark
    public Frame decodeAPiece() {
        return codec.decode(line, 0, line.length);
    }
}
