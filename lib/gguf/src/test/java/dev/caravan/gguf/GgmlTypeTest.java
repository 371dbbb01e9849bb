package dev.caravan.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgmlTypeTest {

    @Test
    void knowsEachNumberThatIsInUse() {
        int[] removed = {4, 5, 31, 32, 33, 36, 37, 38};

        assertThat(IntStream.rangeClosed(0, 42).filter(number -> GgmlType.of(number).isEmpty()))
                .containsExactlyElementsOf(Arrays.stream(removed).boxed().toList());
        assertThat(GgmlType.of(43)).isEmpty();
        assertThat(GgmlType.of(-1)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 32",
        "F16, 16",
        "BF16, 16",
        "Q4_0, 4.5",
        "Q4_1, 5",
        "Q5_0, 5.5",
        "Q5_1, 6",
        "Q8_0, 8.5",
        "Q2_K, 2.625",
        "Q3_K, 3.4375",
        "Q4_K, 4.5",
        "Q5_K, 5.5",
        "Q6_K, 6.5625",
        "IQ1_S, 1.5625",
        "IQ1_M, 1.75",
        "IQ2_XXS, 2.0625",
        "IQ2_XS, 2.3125",
        "IQ2_S, 2.5625",
        "IQ3_XXS, 3.0625",
        "IQ3_S, 3.4375",
        "IQ4_NL, 4.5",
        "IQ4_XS, 4.25",
        "TQ1_0, 1.6875",
        "TQ2_0, 2.0625",
        "MXFP4, 4.25",
        "NVFP4, 4.5",
        "Q1_0, 1.125",
        "Q2_0, 2.25"
    })
    void takesTheKnownNumberOfBitsForAWeight(GgmlType type, double bits) {
        assertThat(type.blockBytes() * 8.0 / type.blockElements()).isEqualTo(bits);
    }
}
