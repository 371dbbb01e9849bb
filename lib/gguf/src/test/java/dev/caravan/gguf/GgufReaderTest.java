package dev.caravan.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GgufReaderTest {

    @Test
    void readsAValueOfEachType() throws IOException {
        GgufBytes bytes =
                new GgufBytes()
                        .key("u8", 0, file -> file.putBytes(0xFF))
                        .key("i8", 1, file -> file.putBytes(0xFF))
                        .key("u16", 2, file -> file.putBytes(0xFF, 0xFF))
                        .key("i16", 3, file -> file.putBytes(0xFF, 0xFF))
                        .key("u32", 4, file -> file.putInt(-1))
                        .key("i32", 5, file -> file.putInt(-1))
                        .key("f32", 6, file -> file.putInt(Float.floatToIntBits(0.5f)))
                        .key("bool", 7, file -> file.putBytes(1))
                        .key("string", 8, file -> file.putText("né"))
                        .texts("array", "a", "bc")
                        .key("u64", 10, file -> file.putLong(-1))
                        .key("i64", 11, file -> file.putLong(-1))
                        .key("f64", 12, file -> file.putLong(Double.doubleToLongBits(0.1)));

        GgufFile file = bytes.read();

        assertThat(file.metadata().keySet())
                .containsExactly(
                        "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array",
                        "u64", "i64", "f64");
        assertThat(file.metadata().values())
                .extracting(value -> value.plain().orElseThrow())
                .containsExactly(
                        255L,
                        -1L,
                        65_535L,
                        -1L,
                        4_294_967_295L,
                        -1L,
                        0.5,
                        true,
                        "né",
                        List.of("a", "bc"),
                        new BigInteger("18446744073709551615"),
                        -1L,
                        0.1);
    }

    @Test
    void looksUpValuesByTheirType() throws IOException {
        GgufFile file = new GgufBytes().text("name", "x").u32("number", 7).flag("flag", 1).read();

        assertThat(file.text("name")).contains("x");
        assertThat(file.whole("number")).hasValue(7);
        assertThat(file.flag("flag")).contains(true);
        assertThat(file.text("number")).isEmpty();
        assertThat(file.whole("name")).isEmpty();
        assertThat(file.flag("absent")).isEmpty();
    }

    @Test
    void placesTensorsByTypeAndAlignment() throws IOException {
        GgufFile file =
                new GgufBytes()
                        .aligned(64)
                        .tensor("a", GgmlType.Q4_K, 256, 3)
                        .tensor("b", GgmlType.F32)
                        .tensor("c", GgmlType.F16, 5, 2, 2, 1)
                        .read();

        assertThat(file.alignment()).isEqualTo(64);
        assertThat(file.dataStart() % 64).isZero();
        assertThat(file.tensors())
                .containsExactly(
                        new GgufTensor("a", List.of(256L, 3L), GgmlType.Q4_K, 0, 768, 432),
                        new GgufTensor("b", List.of(), GgmlType.F32, 448, 1, 4),
                        new GgufTensor("c", List.of(5L, 2L, 2L, 1L), GgmlType.F16, 512, 20, 40));
        assertThat(file.size()).isEqualTo(file.dataStart() + 512 + 64);
    }

    @Test
    void readsVersionTwo() throws IOException {
        assertThat(GgufBytes.model().version(2).read().version()).isEqualTo(2);
    }

    @Test
    void acceptsAFileWithoutPaddingAfterItsLastTensor() throws IOException {
        byte[] head = new GgufBytes().tensor("a", GgmlType.F32, 3).head();
        byte[] file = Arrays.copyOf(head, (int) Alignment.up(head.length, 32) + 12);

        GgufFile read = new GgufReader().read(GgufBytes.source(file));

        assertThat(read.tensors()).hasSize(1);
    }

    @Test
    void walksPastAVocabularyAndTellsItsLength() throws IOException {
        GgufBytes bytes = new GgufBytes().texts("tokens", vocabulary(200_000)).u32("behind", 42);

        GgufFile file = bytes.read();

        assertThat(file.value("tokens"))
                .contains(new GgufValue.LongItems(ValueType.STRING, 200_000));
        assertThat(file.count("tokens")).isEqualTo(OptionalLong.of(200_000));
        assertThat(file.whole("behind")).hasValue(42);
    }

    @Test
    void holdsAVocabularyWhenToldTo() throws IOException {
        byte[] bytes = new GgufBytes().texts("tokens", vocabulary(5_000)).file();
        GgufLimits limits = GgufLimits.standard().keeping(5_000, 1 << 20);

        GgufFile file = new GgufReader(limits).read(GgufBytes.source(bytes));

        assertThat(file.value("tokens").orElseThrow().plain())
                .contains(List.of((Object[]) vocabulary(5_000)));
    }

    @Test
    void walksPastTextThatIsTooLongToHold() throws IOException {
        byte[] bytes = new GgufBytes().text("long", "x".repeat(5_000)).text("short", "y").file();
        GgufLimits limits = GgufLimits.standard().keeping(10, 1_000);

        GgufFile file = new GgufReader(limits).read(GgufBytes.source(bytes));

        assertThat(file.value("long")).contains(new GgufValue.LongText(5_000));
        assertThat(file.text("long")).isEqualTo(Optional.empty());
        assertThat(file.text("short")).contains("y");
    }

    @Test
    void walksPastArraysWithinALongArray() throws IOException {
        GgufBytes bytes =
                new GgufBytes()
                        .key(
                                "nested",
                                9,
                                file -> {
                                    file.putInt(9).putLong(2_000);
                                    for (int i = 0; i < 2_000; i++) {
                                        file.putInt(0).putLong(2).putBytes(1, 2);
                                    }
                                })
                        .u32("behind", 42);

        GgufFile file = bytes.read();

        assertThat(file.count("nested")).hasValue(2_000);
        assertThat(file.whole("behind")).hasValue(42);
    }

    @Test
    void readsTheHeadOfALargeFileInAFewReads() throws IOException {
        long rows = 4L << 30;
        byte[] head =
                new GgufBytes()
                        .texts("tokens", vocabulary(100_000))
                        .rawTensor("huge", GgmlType.Q8_0.number(), 0, 32, rows)
                        .head();
        List<Integer> reads = new ArrayList<>();
        RangeSource large =
                new RangeSource() {
                    @Override
                    public long size() {
                        return head.length + 64 + rows * 34;
                    }

                    @Override
                    public void read(long offset, ByteBuffer target) {
                        reads.add(target.remaining());
                        while (target.hasRemaining()) {
                            target.put(offset < head.length ? head[(int) offset] : 0);
                            offset++;
                        }
                    }
                };

        GgufFile file = new GgufReader().read(large);

        assertThat(file.tensors().getFirst().bytes()).isEqualTo(rows * 34);
        assertThat(reads.size()).isLessThan(head.length / 100_000);
        assertThat(reads.stream().mapToLong(Integer::longValue).sum())
                .isLessThan(head.length + 600_000L);
    }

    private static String[] vocabulary(int size) {
        String[] tokens = new String[size];
        for (int i = 0; i < size; i++) {
            tokens[i] = "token" + i;
        }
        return tokens;
    }
}
