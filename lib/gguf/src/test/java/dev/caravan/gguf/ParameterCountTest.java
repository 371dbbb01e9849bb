package dev.caravan.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterCountTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "999, 999",
        "1000, 1K",
        "145152, 145K",
        "134515008, 134.52M",
        "494032768, 494.03M",
        "27000000, 27M",
        "999999999, 1000.00M",
        "1000000000, 1B",
        "3212749888, 3.2B",
        "7000000000, 7B",
        "70553706496, 70.6B",
        "405853388800, 405.9B"
    })
    void writesACountAsOllamaDoes(long value, String text) {
        assertThat(new ParameterCount(value)).hasToString(text);
    }
}
