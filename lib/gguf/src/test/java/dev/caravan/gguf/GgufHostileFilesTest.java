package dev.caravan.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the bytes, the answer is a file or a named fault, soon and in little memory. */
@Timeout(60)
class GgufHostileFilesTest {

    @Test
    void refusesAFileCutOffAtAnyByte() {
        byte[] whole = GgufBytes.model().file();
        Set<GgufFault> expected =
                EnumSet.of(GgufFault.EMPTY, GgufFault.CUT_OFF, GgufFault.DATA_CUT_OFF);

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> new GgufReader().read(GgufBytes.source(cut)))
                    .as("cut after %d bytes", length)
                    .isInstanceOfSatisfying(
                            GgufException.class,
                            refusal -> assertThat(refusal.fault()).isIn(expected));
        }
    }

    @Test
    void answersAnyOneChangedByteWithAFileOrANamedFault() throws IOException {
        byte[] whole = GgufBytes.model().file();
        int head = GgufBytes.model().head().length;
        Set<GgufFault> seen = EnumSet.noneOf(GgufFault.class);

        for (int at = 0; at < head; at++) {
            for (int value : new int[] {0, 1, 0x7F, 0x80, 0xFF}) {
                byte[] changed = whole.clone();
                changed[at] = (byte) value;
                tryOut(changed, seen);
            }
        }

        assertThat(seen).hasSizeGreaterThan(10);
    }

    @Test
    void answersManyChangedBytesWithAFileOrANamedFault() throws IOException {
        Random random = new Random(20_260_101);
        GgufBytes bytes =
                GgufBytes.model()
                        .i32s("llama.attention.head_count_kv", 2, 1)
                        .key("nested", 9, file -> file.putInt(9).putLong(0));
        byte[] whole = bytes.file();
        int head = bytes.head().length;
        Set<GgufFault> seen = EnumSet.noneOf(GgufFault.class);

        for (int round = 0; round < 20_000; round++) {
            byte[] changed = whole.clone();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                changed[random.nextInt(head)] = (byte) random.nextInt(256);
            }
            tryOut(changed, seen);
        }

        assertThat(seen).hasSizeGreaterThan(10);
    }

    @Test
    void answersRandomBytesBehindAGoodHeaderWithANamedFault() throws IOException {
        Random random = new Random(7);
        Set<GgufFault> seen = EnumSet.noneOf(GgufFault.class);

        for (int round = 0; round < 20_000; round++) {
            byte[] changed = new byte[random.nextInt(24, 400)];
            random.nextBytes(changed);
            byte[] header = new GgufBytes().claimingKeys(3).claimingTensors(3).head();
            System.arraycopy(header, 0, changed, 0, 24);
            tryOut(changed, seen);
        }

        assertThat(seen).isNotEmpty();
    }

    @Test
    void holdsLittleOfAFileThatIsAllValues() throws IOException {
        GgufBytes bytes = new GgufBytes();
        for (int i = 0; i < 10_000; i++) {
            bytes.key("k" + i, 9, file -> file.putInt(0).putLong(1_000).putBytes(new int[1_000]));
        }

        GgufFile file = bytes.read();

        long held =
                file.metadata().values().stream().filter(GgufValue.Items.class::isInstance).count();
        assertThat(file.metadata()).hasSize(10_000);
        assertThat(held).isBetween(1L, GgufLimits.standard().keptBytes() / 48_000);
    }

    private static void tryOut(byte[] bytes, Set<GgufFault> seen) throws IOException {
        try {
            GgufFacts.of(new GgufReader().read(GgufBytes.source(bytes)));
        } catch (GgufException refusal) {
            assertThat(refusal.getMessage()).isNotBlank().hasSizeLessThan(2_000);
            seen.add(refusal.fault());
        }
    }
}
