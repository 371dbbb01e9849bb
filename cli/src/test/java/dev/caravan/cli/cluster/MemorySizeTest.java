package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "512MiB, 536870912",
        "512mb, 536870912",
        "12GB, 12884901888",
        "12 GiB, 12884901888",
        "3k, 3072",
        "1T, 1099511627776",
    })
    void readsAnAmount(String text, long bytes) {
        assertThat(MemorySize.parse("--memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GB", "0", "0GB", "-1GB", "1.5GB", "12XB", "999999999999TB"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> MemorySize.parse("--memory", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "--memory: %s (expected: more than zero, such as 12GB or 512MiB)", text);
    }
}
