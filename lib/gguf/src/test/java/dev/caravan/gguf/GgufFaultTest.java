package dev.caravan.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFaultTest {

    private record Bad(byte[] file, String message) {}

    @ParameterizedTest
    @EnumSource
    void refusesEachFaultByNameAndSaysWhatWasExpected(GgufFault fault) {
        Bad bad = example(fault);

        GgufException refusal =
                catchThrowableOfType(GgufException.class, () -> factsOf(bad.file()));

        assertThat(refusal).hasMessage(bad.message());
        assertThat(refusal.fault()).isEqualTo(fault);
    }

    private static Bad example(GgufFault fault) {
        return switch (fault) { // no default: a new fault needs an example to compile
            case EMPTY -> new Bad(new byte[0], "empty: 0 bytes (expected: a GGUF file)");
            case NOT_GGUF ->
                    new Bad(
                            GgufBytes.model().magic("PK\u0003\u0004").file(),
                            "not a GGUF file: starts with \"PK\\x03\\x04\" (expected: \"GGUF\")");
            case BIG_ENDIAN ->
                    new Bad(
                            GgufBytes.model().version(0x0300_0000).file(),
                            "big-endian GGUF of version 3 (expected: little-endian; convert the"
                                    + " file)");
            case UNSUPPORTED_VERSION ->
                    new Bad(
                            GgufBytes.model().version(1).file(),
                            "GGUF version 1 (expected: 2 or 3)");
            case CUT_OFF ->
                    new Bad(
                            Arrays.copyOf(GgufBytes.model().file(), 60),
                            "cut off: the value of general.architecture needs 8 bytes from byte 56"
                                    + " of a file of 60 bytes");
            case HEADER_TOO_LARGE ->
                    new Bad(
                            GgufBytes.model().text("long", "x".repeat(2_000)).file(),
                            "header: the value of long ends at byte 2494 (expected: at most 2000)");
            case BAD_COUNT ->
                    new Bad(
                            GgufBytes.model().claimingTensors(1L << 40).file(),
                            "1099511627776 tensors (expected: at most 65536)");
            case BAD_STRING ->
                    new Bad(
                            new GgufBytes().rawKey(2, 0xC3, 0x28).file(),
                            "the key of metadata entry 1 of 1: the name \"\\xc3(\" (expected: UTF-8"
                                    + " without NUL)");
            case BAD_TYPE ->
                    new Bad(
                            new GgufBytes().key("strange", 13, file -> {}).file(),
                            "strange: value type 13 (expected: 0 to 12)");
            case BAD_VALUE ->
                    new Bad(
                            GgufBytes.model().u32("llama.attention.key_length", 1 << 30).file(),
                            "llama.attention.key_length: 1073741824 (expected: a whole number from"
                                    + " 0 to 1048576)");
            case NESTED_TOO_DEEP ->
                    new Bad(
                            new GgufBytes().key("deep", 9, file -> nest(file, 1_000)).file(),
                            "deep: arrays 5 deep (expected: at most 4)");
            case DUPLICATE_KEY ->
                    new Bad(
                            GgufBytes.model().u32("general.name", 1).file(),
                            "general.name: twice in the metadata (expected: once)");
            case DUPLICATE_TENSOR ->
                    new Bad(
                            GgufBytes.model().tensor("output.weight", GgmlType.F32, 1).file(),
                            "tensor output.weight: twice in the table (expected: once)");
            case BAD_ALIGNMENT ->
                    new Bad(
                            GgufBytes.model().u32("general.alignment", 48).file(),
                            "general.alignment: U32 48 (expected: a u32, a power of two from 1 to"
                                    + " 65536)");
            case BAD_TENSOR_TYPE ->
                    new Bad(
                            GgufBytes.model().rawTensor("t", 31, 0, 32).file(),
                            "tensor t: type 31 (expected: a ggml type such as 0 (F32) or 1 (F16))");
            case BAD_TENSOR_SHAPE ->
                    new Bad(
                            GgufBytes.model().rawTensor("t", 8, 0, 48).file(),
                            "tensor t: rows of 48 elements in Q8_0 (expected: a multiple of 32)");
            case BAD_TENSOR_OFFSET ->
                    new Bad(
                            new GgufBytes()
                                    .tensor("a", GgmlType.F32, 9)
                                    .rawTensor("b", 0, 96, 1)
                                    .file(),
                            "tensor b: offset 96 (expected: 64)");
            case DATA_CUT_OFF -> {
                byte[] whole = GgufBytes.model().file();
                yield new Bad(
                        Arrays.copyOf(whole, whole.length - 1),
                        "cut off: tensor output.weight ends at byte %d of a file of %d bytes"
                                .formatted(whole.length, whole.length - 1));
            }
            case MISSING_KEY ->
                    new Bad(
                            new GgufBytes().tensor("t", GgmlType.F32, 1).file(),
                            "metadata without general.architecture (expected: a text such as"
                                    + " llama)");
            case MISSING_TENSOR ->
                    new Bad(
                            new GgufBytes()
                                    .text("general.architecture", "other")
                                    .text("tokenizer.ggml.model", "none")
                                    .tensor("t", GgmlType.F32, 1)
                                    .file(),
                            "1 tensors without token_embd.weight (expected: a language model)");
            case NO_TENSORS ->
                    new Bad(
                            new GgufBytes().text("general.architecture", "llama").file(),
                            "no tensors (expected: the weights of a model)");
            case PART_OF_SPLIT ->
                    new Bad(
                            GgufBytes.model().u32("split.count", 3).file(),
                            "one part of 3 (expected: the whole model; llama-gguf-split --merge"
                                    + " joins them)");
        };
    }

    static Stream<Arguments> moreBadFiles() {
        return Stream.of(
                Arguments.of(GgufFault.CUT_OFF, new byte[] {'G', 'G'}),
                Arguments.of(GgufFault.UNSUPPORTED_VERSION, GgufBytes.model().version(0).file()),
                Arguments.of(GgufFault.UNSUPPORTED_VERSION, GgufBytes.model().version(4).file()),
                Arguments.of(GgufFault.BAD_COUNT, GgufBytes.model().claimingKeys(16_385).file()),
                Arguments.of(
                        GgufFault.CUT_OFF,
                        new GgufBytes().u32("only", 1).claimingKeys(16_000).head()),
                Arguments.of(GgufFault.CUT_OFF, new GgufBytes().claimingTensors(60_000).head()),
                Arguments.of(GgufFault.BAD_STRING, new GgufBytes().rawKey(0).file()),
                Arguments.of(GgufFault.BAD_STRING, new GgufBytes().rawKey(-1).file()),
                Arguments.of(GgufFault.BAD_STRING, new GgufBytes().rawKey(1L << 60).file()),
                Arguments.of(GgufFault.BAD_STRING, new GgufBytes().rawKey(1, 0).file()),
                Arguments.of(
                        GgufFault.BAD_STRING,
                        new GgufBytes().tensor("n".repeat(64), GgmlType.F32, 1).file()),
                Arguments.of(GgufFault.BAD_VALUE, new GgufBytes().flag("flag", 2).file()),
                Arguments.of(
                        GgufFault.CUT_OFF,
                        new GgufBytes().key("text", 8, file -> file.putLong(1L << 62)).file()),
                Arguments.of(GgufFault.CUT_OFF, hugeArray(0)),
                Arguments.of(GgufFault.CUT_OFF, hugeArray(8)),
                Arguments.of(GgufFault.CUT_OFF, hugeArray(9)),
                Arguments.of(GgufFault.CUT_OFF, hugeArray(12)),
                Arguments.of(
                        GgufFault.BAD_ALIGNMENT,
                        new GgufBytes().key("general.alignment", 10, f -> f.putLong(32)).file()),
                Arguments.of(GgufFault.BAD_ALIGNMENT, new GgufBytes().u32(Alignment.KEY, 0).file()),
                Arguments.of(
                        GgufFault.BAD_TENSOR_SHAPE,
                        new GgufBytes().rawTensor("t", 0, 0, 1, 1, 1, 1, 1).file()),
                Arguments.of(
                        GgufFault.BAD_TENSOR_SHAPE, new GgufBytes().rawTensor("t", 0, 0, 0).file()),
                Arguments.of(
                        GgufFault.BAD_TENSOR_SHAPE,
                        new GgufBytes().rawTensor("t", 0, 0, -32).file()),
                Arguments.of(
                        GgufFault.BAD_TENSOR_SHAPE,
                        new GgufBytes().rawTensor("t", 0, 0, 1L << 40, 1L << 40).file()),
                Arguments.of(
                        GgufFault.DATA_CUT_OFF,
                        new GgufBytes().rawTensor("t", 0, 0, Long.MAX_VALUE).file()),
                Arguments.of(
                        GgufFault.BAD_TENSOR_OFFSET,
                        new GgufBytes()
                                .tensor("a", GgmlType.F32, 9)
                                .rawTensor("b", 0, 0, 1)
                                .file()),
                Arguments.of(GgufFault.MISSING_KEY, without("tokenizer.ggml.tokens")),
                Arguments.of(
                        GgufFault.BAD_VALUE,
                        new GgufBytes().text("general.architecture", "a b").file()));
    }

    @ParameterizedTest
    @MethodSource("moreBadFiles")
    void refusesOtherFormsOfAFaultByTheSameName(GgufFault fault, byte[] file) {
        GgufException refusal = catchThrowableOfType(GgufException.class, () -> factsOf(file));

        assertThat(refusal.fault()).as(refusal.getMessage()).isEqualTo(fault);
    }

    @Test
    void showsNothingUnprintableOfAFile() {
        byte[] file = new GgufBytes().key("a\u001b[31m\n", 99, bytes -> {}).file();

        assertThatThrownBy(() -> factsOf(file))
                .hasMessage("\"a\\x1b[31m\\x0a\": value type 99 (expected: 0 to 12)");
    }

    private static GgufFacts factsOf(byte[] file) throws IOException {
        GgufLimits limits =
                new GgufLimits(2_000, 16_384, 65_536, 4, 1_024, GgufLimits.standard().keptBytes());
        return GgufFacts.of(new GgufReader(limits).read(GgufBytes.source(file)));
    }

    private static void nest(GgufBytes file, int depth) {
        for (int i = 0; i < depth; i++) {
            file.putInt(9).putLong(1);
        }
    }

    private static byte[] hugeArray(int elementType) {
        return new GgufBytes()
                .key("huge", 9, file -> file.putInt(elementType).putLong(1L << 61))
                .file();
    }

    private static byte[] without(String key) {
        return GgufBytes.model().dropping(key).file();
    }
}
