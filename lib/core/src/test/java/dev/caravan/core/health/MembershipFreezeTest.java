package dev.caravan.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MembershipFreezeTest {

    private static final Duration ON_TIME = Duration.ofMillis(1100);

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "4, 2", "0, 0"})
    void judgesWhereAtMostHalfOfTheAgentsOrOnlyOneIsSilent(int members, int silent) {
        assertThat(MembershipFreeze.reason(ON_TIME, members, silent)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "3, 2", "4, 3"})
    void doesNotJudgeWhereMoreThanHalfAreSilentTogether(int members, int silent) {
        assertThat(MembershipFreeze.reason(ON_TIME, members, silent))
                .hasValueSatisfying(
                        reason ->
                                assertThat(reason)
                                        .startsWith(silent + " of " + members + " agents"));
    }

    @Test
    void doesNotJudgeAfterItStoodStillItself() {
        assertThat(MembershipFreeze.reason(Duration.ofMillis(3001), 3, 0))
                .hasValueSatisfying(reason -> assertThat(reason).contains("3001 ms"));
        assertThat(MembershipFreeze.reason(Duration.ofMillis(3000), 3, 0)).isEmpty();
    }
}
