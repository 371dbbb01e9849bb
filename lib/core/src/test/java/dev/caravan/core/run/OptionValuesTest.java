package dev.caravan.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionValuesTest {

    @Test
    void theRequestGoesBeforeTheModelAndTheModelBeforeTheDefault() {
        SamplingOptions asked =
                new OptionValues(Map.of("temperature", 0.1, "stop", List.of("A")))
                        .sampling(new OutputFormat.Json());
        OptionValues own =
                new OptionValues(
                        Map.of("temperature", 0.5, "top_k", 7, "stop", List.of("B"), "seed", 3));

        SamplingOptions mixed = asked.orElse(own);

        assertThat(mixed.temperature()).isEqualTo(0.1);
        assertThat(mixed.stop()).containsExactly("A");
        assertThat(mixed.topK()).isEqualTo(7);
        assertThat(mixed.seed()).isEqualTo(3);
        assertThat(mixed.topP()).isEqualTo(0.9);
        assertThat(mixed.format()).isInstanceOf(OutputFormat.Json.class);
    }

    @ParameterizedTest
    @CsvSource({"1.9,1", "-1.9,-1", "1e30,2147483647", "-1e30,-2147483648"})
    void cutsFractionsOffIntegers(double given, int taken) {
        assertThat(
                        new OptionValues(Map.of("top_k", given))
                                .sampling(new OutputFormat.Text())
                                .topK())
                .isEqualTo(taken);
    }

    @Test
    void keepsSeedsOf64Bits() {
        assertThat(
                        new OptionValues(Map.of("seed", BigInteger.TWO.pow(40)))
                                .sampling(new OutputFormat.Text())
                                .seed())
                .isEqualTo(1L << 40);
    }

    @Test
    void aModelsOwnValueOfAWrongTypeIsOllamasFault() {
        assertThatExceptionOfType(CaravanException.class)
                .isThrownBy(
                        () ->
                                SamplingOptions.DEFAULTS.orElse(
                                        new OptionValues(Map.of("temperature", "hot"))))
                .withMessage("option \"temperature\" must be of type float32")
                .satisfies(fault -> assertThat(fault.code()).isEqualTo(FaultCode.INTERNAL));
    }

    @Test
    void wishesAboutLoadingAreFilledUpByTheModels() {
        LoadOptions asked = new OptionValues(Map.of("num_batch", 64)).loading();
        LoadOptions own =
                new OptionValues(Map.of("num_batch", 8, "num_thread", 2, "use_mmap", false))
                        .loading();

        LoadOptions mixed = asked.orElse(own);

        assertThat(mixed.batch()).isEqualTo(OptionalInt.of(64));
        assertThat(mixed.threads()).isEqualTo(OptionalInt.of(2));
        assertThat(mixed.mmap()).contains(false);
        assertThat(mixed.gpuLayers()).isEmpty();
    }
}
