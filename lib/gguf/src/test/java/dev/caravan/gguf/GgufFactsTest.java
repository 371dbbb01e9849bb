package dev.caravan.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufFactsTest {

    @Test
    void tellsWhatAPlanNeeds() throws IOException {
        GgufFacts facts = facts(GgufBytes.model());

        assertThat(facts.architecture()).isEqualTo("llama");
        assertThat(facts.name()).contains("tiny");
        assertThat(facts.layers()).isEqualTo(2);
        assertThat(facts.embeddingLength()).isEqualTo(64);
        assertThat(facts.trainedContext()).isEqualTo(2048);
        assertThat(facts.vocabulary()).isEqualTo(3);
        assertThat(facts.parameters().value()).isEqualTo(2 * 192 + 2 * 4096 + 64);
        assertThat(facts.bytes())
                .isEqualTo(
                        new TensorBytes(
                                2 * 384 + 2 * 4352 + 256, List.of(4352L, 4352L), 384, 640, false));
        assertThat(facts.bytes().outputOnDevice()).isEqualTo(640);
        assertThat(facts.bytes().outsideLayers()).isEqualTo(384 + 640);
        assertThat(facts.chatTemplate()).isEmpty();
        assertThat(facts.pooling()).isEmpty();
        assertThat(facts.visionLayers()).isEmpty();
    }

    @Test
    void countsATiedEmbeddingAgainWhereTheOutputIs() {
        var bytes = new TensorBytes(1_000, List.of(300L), 600, 100, true);

        assertThat(bytes.outputOnDevice()).isEqualTo(700);
    }

    @Test
    void takesHeadLengthFromTheWidthWhereItIsNotTold() throws IOException {
        AttentionShape attention = facts(GgufBytes.model()).attention();

        assertThat(attention).isEqualTo(new AttentionShape(4, List.of(4, 4), 16, 16));
        assertThat(attention.cacheBytesPerToken()).isEqualTo(2 * 4 * (16 + 16) * 2);
    }

    @Test
    void takesToldHeadLengthsBeforeThoseOfTheWidth() throws IOException {
        AttentionShape attention =
                facts(
                                GgufBytes.model()
                                        .u32("llama.attention.head_count_kv", 1)
                                        .u32("llama.attention.key_length", 192)
                                        .u32("llama.attention.value_length", 128))
                        .attention();

        assertThat(attention.cacheBytesPerToken()).isEqualTo(2 * (192 + 128) * 2);
    }

    @Test
    void countsKeyValueHeadsLayerByLayer() throws IOException {
        AttentionShape attention =
                facts(GgufBytes.model().i32s("llama.attention.head_count_kv", 2, 0)).attention();

        assertThat(attention.kvHeads()).containsExactly(2, 0);
        assertThat(attention.cacheBytesPerToken()).isEqualTo(2 * (16 + 16) * 2);
    }

    @Test
    void tellsTemplatePoolingAndVision() throws IOException {
        GgufFacts facts =
                facts(
                        GgufBytes.model()
                                .text("tokenizer.chat_template", "{{ messages }}")
                                .u32("llama.pooling_type", 1)
                                .u32("llama.vision.block_count", 24));

        assertThat(facts.chatTemplate()).contains("{{ messages }}");
        assertThat(facts.pooling()).hasValue(1);
        assertThat(facts.visionLayers()).hasValue(24);
    }

    @ParameterizedTest
    @CsvSource({"0, F32", "1, F16", "7, Q8_0", "15, Q4_K_M", "17, Q5_K_M", "32, BF16", "38, MXFP4"})
    void namesTheFileType(int number, String name) throws IOException {
        GgufFacts facts = facts(GgufBytes.model().u32("general.file_type", number));

        assertThat(facts.fileType()).isEqualTo(name);
    }

    @Test
    void namesTheTypeOfMostBytesWhereTheFileTypeIsNotKnown() throws IOException {
        assertThat(facts(GgufBytes.model()).fileType()).isEqualTo("Q8_0");
        assertThat(facts(GgufBytes.model().u32("general.file_type", 1024)).fileType())
                .isEqualTo("Q8_0");
    }

    private static GgufFacts facts(GgufBytes bytes) throws IOException {
        return GgufFacts.of(bytes.read());
    }
}
