package dev.caravan.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelFactsTest {

    private static final ByteSize LAYER = ByteSize.ofMebibytes(10);

    @Test
    void dividesAFileThatNobodyHasMeasuredEvenlyAndNeverTooSmall() {
        var facts = new ModelFacts(2, new ByteSize(100), 1, 8192, 64);

        assertThat(facts.layerWeights()).containsExactly(new ByteSize(34), new ByteSize(34));
        assertThat(facts.outputWeights()).isEqualTo(new ByteSize(34));
    }

    @Test
    void takesTheEmbeddingsForWhatLayersAndOutputLeave() {
        var facts = facts(ByteSize.ofMebibytes(50), ByteSize.ofMebibytes(12));

        assertThat(facts.embeddingWeights()).isEqualTo(ByteSize.ofMebibytes(18));
    }

    @Test
    void countsTiedEmbeddingsAsLargeAsTheOutput() {
        var facts = facts(ByteSize.ofMebibytes(32), ByteSize.ofMebibytes(12));

        assertThat(facts.embeddingWeights()).isEqualTo(ByteSize.ofMebibytes(12));
    }

    @Test
    void refusesAListThatDoesNotNameEveryLayer() {
        assertThatThrownBy(
                        () -> new ModelFacts(3, LAYER, 1, 8192, 64, List.of(LAYER, LAYER), LAYER))
                .hasMessage("layerWeights: 2 (expected: one for each of 3 layers)");
    }

    private static ModelFacts facts(ByteSize weights, ByteSize output) {
        return new ModelFacts(2, weights, 1, 8192, 64, List.of(LAYER, LAYER), output);
    }
}
