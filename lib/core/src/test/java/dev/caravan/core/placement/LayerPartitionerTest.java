package dev.caravan.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ByteSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerPartitionerTest {

    @Test
    void splitsLayersInProportionToFreeMemory() {
        List<LayerSpan> spans =
                LayerPartitioner.split(equal(48, 10), bytes(2400, 1200, 1200)).orElseThrow();

        assertThat(spans).extracting(LayerSpan::length).containsExactly(24, 12, 12);
    }

    @Test
    void givesEqualProcessesEqualShares() {
        List<LayerSpan> spans =
                LayerPartitioner.split(equal(10, 10), bytes(1000, 1000, 1000)).orElseThrow();

        assertThat(spans).extracting(LayerSpan::length).containsExactlyInAnyOrder(3, 3, 4);
    }

    @Test
    void keepsALimitThatProportionalSharesWouldBreak() {
        List<LayerSpan> spans =
                LayerPartitioner.split(bytes(10, 10, 10, 10, 35), bytes(30, 45)).orElseThrow();

        assertThat(spans).containsExactly(new LayerSpan(0, 3), new LayerSpan(3, 5));
    }

    @Test
    void findsNoPlaceForALayerThatIsLargerThanAnyRoom() {
        assertThat(LayerPartitioner.split(bytes(10, 50, 10), bytes(40, 40))).isEmpty();
    }

    @Test
    void givesEveryProcessALayerOrNone() {
        assertThat(LayerPartitioner.split(equal(2, 10), bytes(100, 100, 100))).isEmpty();
    }

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void tilesTheModelWithinEveryRoomAndFindsAPlaceWhereThereIsOne(int seed) {
        var random = new Random(seed);
        List<ByteSize> layers = random(random, 1 + random.nextInt(10), 50);
        List<ByteSize> rooms = random(random, 1 + random.nextInt(4), 200);

        Optional<List<LayerSpan>> found = LayerPartitioner.split(layers, rooms);

        assertThat(found.isPresent()).isEqualTo(possible(layers, 0, rooms, 0));
        found.ifPresent(
                spans -> {
                    assertThat(spans).hasSameSizeAs(rooms);
                    assertThat(spans.getFirst().start()).isZero();
                    assertThat(spans.getLast().end()).isEqualTo(layers.size());
                    for (int process = 0; process < spans.size(); process++) {
                        LayerSpan span = spans.get(process);
                        assertThat(load(layers, span)).isLessThanOrEqualTo(room(rooms, process));
                        if (process > 0) {
                            assertThat(spans.get(process - 1).touches(span)).isTrue();
                        }
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isAsEvenAsAnyOtherDivision(int seed) {
        var random = new Random(seed);
        List<ByteSize> layers = random(random, 3 + random.nextInt(6), 50);
        List<ByteSize> rooms = random(random, 2, 400);

        LayerPartitioner.split(layers, rooms)
                .ifPresent(
                        spans -> {
                            double taken = unevenness(layers, rooms, spans.getFirst().end());
                            for (int cut = 1; cut < layers.size(); cut++) {
                                assertThat(unevenness(layers, rooms, cut))
                                        .isGreaterThanOrEqualTo(taken - 1e-9);
                            }
                        });
    }

    /** Infinite where a room is too small. */
    private static double unevenness(List<ByteSize> layers, List<ByteSize> rooms, int cut) {
        double sum = 0;
        List<LayerSpan> spans = List.of(new LayerSpan(0, cut), new LayerSpan(cut, layers.size()));
        for (int process = 0; process < 2; process++) {
            double load = load(layers, spans.get(process));
            double room = room(rooms, process);
            sum += load > room ? Double.POSITIVE_INFINITY : load * load / room;
        }
        return sum;
    }

    /** By trying all. */
    private static boolean possible(
            List<ByteSize> layers, int from, List<ByteSize> rooms, int process) {
        if (process == rooms.size()) {
            return from == layers.size();
        }
        for (int end = from + 1; end <= layers.size(); end++) {
            if (load(layers, new LayerSpan(from, end)) <= room(rooms, process)
                    && possible(layers, end, rooms, process + 1)) {
                return true;
            }
        }
        return false;
    }

    private static long load(List<ByteSize> layers, LayerSpan span) {
        return layers.subList(span.start(), span.end()).stream().mapToLong(ByteSize::bytes).sum();
    }

    private static long room(List<ByteSize> rooms, int process) {
        return rooms.get(process).bytes();
    }

    private static List<ByteSize> random(Random random, int count, int most) {
        List<ByteSize> sizes = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            sizes.add(new ByteSize(1 + random.nextInt(most)));
        }
        return sizes;
    }

    private static List<ByteSize> equal(int count, long bytes) {
        return Collections.nCopies(count, new ByteSize(bytes));
    }

    private static List<ByteSize> bytes(long... sizes) {
        return LongStream.of(sizes).mapToObj(ByteSize::new).toList();
    }
}
