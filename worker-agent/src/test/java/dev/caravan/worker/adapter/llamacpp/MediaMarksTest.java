package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.run.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class MediaMarksTest {

    private static final ReplicaId REPLICA = new ReplicaId("r1");

    @Test
    void imagesStandBeforeTheTextUnlessItSaysWhere() {
        List<ChatMessage> named =
                MediaMarks.named(
                        List.of(
                                new ChatMessage("system", "Look."),
                                ChatMessage.user("What?", List.of("a", "b")),
                                ChatMessage.user("Here [img], and there [img].", List.of("c", "d")),
                                ChatMessage.user("[img] only", List.of("e", "f"))));

        assertThat(named)
                .extracting(ChatMessage::content)
                .containsExactly(
                        "Look.",
                        "[img-0][img-1]What?",
                        "Here [img-2], and there [img-3].",
                        "[img-5][img-4] only");
    }

    @Test
    void theEngineGetsAMarkForEachImageThatIsThere() {
        assertThat(MediaMarks.forEngine("[img-0] [img-1] [img-2]", 2, REPLICA))
                .isEqualTo("<__media_r1__> <__media_r1__> [img-2]");
        assertThat(MediaMarks.forEngine("no place", 1, REPLICA)).isEqualTo("no place");
    }
}
