package dev.caravan.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EngineOptionsTest {

    private static EngineOptions of(String words) {
        return new EngineOptions(List.of(words.split(" ")));
    }

    @Test
    void takesSwitchesThatSayHowTheEngineComputes() {
        assertThat(of("-ub 3 --rope-scale -1.5 --mlock -ctk q8_0").switches()).hasSize(7);
    }

    @Test
    void refusesSwitchesThatReachFilesAndPorts() {
        for (String dangerous :
                List.of("--log-file /tmp/x", "--port 1", "--rpc a:1", "-m x", "-ts 1,2", "-lv 5")) {
            assertThatThrownBy(() -> of(dangerous))
                    .hasMessageContaining(dangerous.split(" ")[0])
                    .hasMessageContaining("expected: one that says how the engine computes");
        }
        assertThatThrownBy(() -> of("-ctk ../../x"))
                .hasMessageContaining("\"../../x\" (expected: a switch, or the number or word");
        assertThatThrownBy(() -> of("3 -ub")).hasMessageContaining("\"3\"");
    }

    @Test
    void refusesWhatUndoesAnExactContinuation() {
        assertThatThrownBy(() -> of("-ctv q8_0").requireFor(Continuation.EXACT))
                .hasMessage(
                        "engine option with continuation exact: -ctv q8_0 (expected: f32, f16 or"
                                + " bf16; others need flash attention; or another continuation)");
        assertThatThrownBy(() -> of("--flash-attn on").requireFor(Continuation.EXACT))
                .hasMessageContaining("--flash-attn on (expected: off");
        assertThatThrownBy(() -> of("-kvu").requireFor(Continuation.EXACT))
                .hasMessageContaining("-kvu (expected: -no-kvu");
        assertThatCode(() -> of("-ctv q8_0").requireFor(Continuation.FLUENT))
                .doesNotThrowAnyException();
        assertThatCode(() -> of("-fa off -ctv f16").requireFor(Continuation.EXACT))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesWhatWouldPlaceLayersOfASplitModel() {
        assertThatThrownBy(() -> of("-ngl 3").requireForASplit())
                .hasMessageStartingWith("engine option with a split model: -ngl (expected: none");
        assertThatCode(() -> of("-ub 3").requireForASplit()).doesNotThrowAnyException();
    }
}
