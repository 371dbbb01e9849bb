package dev.caravan.health.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.testkit.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTest {

    private final ManualClock clock = ManualClock.anytime();
    private final Membership<String> membership = new Membership<>();

    @Test
    void takesAnAgentThatAnswersForReady() {
        rounds(10, "a", "b");

        assertThat(verdict("a")).isEqualTo(Verdict.READY);
        assertThat(member("a").reason()).isEmpty();
        assertThat(member("a").seenAt()).isEqualTo(clock.instant());
    }

    @Test
    void suspectsThenGivesUpOneOfThreeThatFallsSilentAndNamesItsAddress() {
        rounds(10, "a", "b", "c");

        assertThat(secondsUntil("a", Verdict.SUSPECT, silence("a"), "b", "c")).isBetween(2, 4);
        assertThat(member("a").reason()).contains(address("a").toString());
        assertThat(secondsUntil("a", Verdict.DOWN, silence("a"), "b", "c")).isBetween(1, 4);
        assertThat(verdict("b")).isEqualTo(Verdict.READY);

        rounds(1, "a", "b", "c");
        assertThat(verdict("a")).isEqualTo(Verdict.READY);
        assertThat(member("a").reason()).isEmpty();
    }

    @Test
    void givesUpSoonerOneWhoseHostRefusesTheConnectionEvenWhenItIsTheOnlyOne() {
        rounds(10, "a");

        assertThat(secondsUntil("a", Verdict.DOWN, refusal("a"))).isBetween(2, 4);
    }

    @Test
    void givesUpAtOnceOneThatRefusesUsAndFailedAGateway() {
        rounds(10, "a", "b");
        sight("a", Sighting.Kind.BROKEN, "g1");

        membership.missed(address("a"), refusal("a"));
        membership.judge(clock.instant());

        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);
        rounds(1, "a", "b");
        assertThat(verdict("a")).isEqualTo(Verdict.READY);
        assertThat(member("a").reason()).isEmpty();
    }

    @Test
    void doesNotGiveUpAtOnceOneThatRefusesUsAlone() {
        rounds(10, "a", "b");

        membership.missed(address("a"), refusal("a"));
        membership.judge(clock.instant());

        assertThat(verdict("a")).isEqualTo(Verdict.READY);
    }

    @Test
    void givesUpASilentOneSoonerWhereGatewaysFindItSilentToo() {
        rounds(10, "a", "b", "c");
        for (int second = 0; second < 2; second++) {
            sight("a", Sighting.Kind.SILENT, "g1");
            sight("a", Sighting.Kind.BROKEN, "g2");
            membership.missed(address("a"), silence("a"));
            rounds(1, "b", "c");
        }

        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);
    }

    @Test
    void keepsOneReadyThatAnswersUsAndNamesTheGatewayThatIsCutOff() {
        rounds(10, "a", "b");

        sight("a", Sighting.Kind.UNREACHABLE, "10.0.0.7:11434");
        rounds(1, "a", "b");

        assertThat(verdict("a")).isEqualTo(Verdict.READY);
        assertThat(member("a").reason())
                .contains(address("a").toString(), "gateway 10.0.0.7:11434 cannot reach it");
        assertThat(membership.partitionSightings(new AgentId("a"))).isEqualTo(1);
        rounds(20, "a", "b");
        assertThat(member("a").reason()).isEmpty();
    }

    @Test
    void takesABrokenAnswerOfOneThatAnswersUsForItsEnginesEnd() {
        rounds(10, "a", "b");

        sight("a", Sighting.Kind.BROKEN, "g1");
        rounds(1, "a", "b");

        assertThat(member("a").reason()).isEmpty();
        assertThat(membership.partitionSightings(new AgentId("a"))).isZero();
    }

    @Test
    void doesNotTakeAnAnswerThatWasOnItsWayForOneToTheNews() {
        rounds(10, "a", "b");
        Instant asked = clock.instant();
        clock.advance(Duration.ofMillis(5));
        sight("a", Sighting.Kind.REFUSED, "g1");

        membership.unchanged(address("a"), asked, clock.instant());
        membership.missed(address("a"), refusal("a"));
        membership.judge(clock.instant());

        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);
        assertThat(membership.partitionSightings(new AgentId("a"))).isZero();
    }

    @Test
    void makesNothingOfASightingAtAnAddressThatTheAgentHasLeft() {
        rounds(10, "a", "b");

        boolean taken =
                membership.sighted(
                        new AgentId("a"),
                        address("b"),
                        new Sighting("g1", Sighting.Kind.REFUSED, clock.instant()));

        assertThat(taken).isFalse();
    }

    @Test
    void judgesNobodyWhileMoreThanHalfAreSilentTogetherAndGoesOnWhenTheyAreBack() {
        rounds(10, "a", "b", "c");

        for (int i = 0; i < 60; i++) {
            membership.missed(address("a"), silence("a"));
            membership.missed(address("b"), silence("b"));
            rounds(1, "c");
        }

        assertThat(membership.latest().frozen())
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("2 of 3 agents"));
        assertThat(verdict("a")).isNotEqualTo(Verdict.DOWN);
        assertThat(verdict("b")).isNotEqualTo(Verdict.DOWN);

        rounds(1, "a", "b", "c");
        rounds(1, "a", "b", "c");
        assertThat(membership.latest().frozen()).isEmpty();
        assertThat(verdict("a")).isEqualTo(Verdict.READY);
    }

    @Test
    void doesNotGiveUpAtOnceThoseThatAreLastToComeBackWhenMostWereSilentTogether() {
        rounds(10, "a", "b", "c");
        for (int i = 0; i < 60; i++) {
            membership.missed(address("a"), silence("a"));
            membership.missed(address("b"), silence("b"));
            rounds(1, "c");
        }

        rounds(1, "b", "c");
        assertThat(membership.latest().frozen()).isEmpty();
        assertThat(verdict("a")).isNotEqualTo(Verdict.DOWN);

        assertThat(secondsUntil("a", Verdict.DOWN, silence("a"), "b", "c")).isBetween(2, 6);
    }

    @Test
    void givesUpAllWhenAllAreRefusedSinceThatIsNotSilence() {
        rounds(10, "a", "b", "c");

        for (int i = 0; i < 6; i++) {
            for (String agent : List.of("a", "b", "c")) {
                membership.missed(address(agent), refusal(agent));
            }
            rounds(1);
        }

        assertThat(membership.latest().members())
                .extracting(Member::verdict)
                .containsOnly(Verdict.DOWN);
    }

    @Test
    void doesNotCountTheTimeInWhichItStoodStillItself() {
        rounds(10, "a", "b");

        clock.advance(Duration.ofMinutes(5));
        Judgement<String> late = membership.round(clock.instant());

        assertThat(late.frozen())
                .hasValueSatisfying(reason -> assertThat(reason).contains("stood still"));
        assertThat(verdict("a")).isEqualTo(Verdict.READY);

        rounds(3, "a", "b");
        assertThat(membership.latest().frozen()).isEmpty();
        assertThat(verdict("a")).isEqualTo(Verdict.READY);
    }

    @Test
    void takesAnAgentThatSaysSoForDownAtOnceWhateverItAnswersUntilItStartsAgain() {
        rounds(10, "a");

        membership.told(reading("a", address("a"), 1000, 99), true, clock.instant());
        assertThat(membership.judge(clock.instant()).changed())
                .extracting(Member::verdict)
                .containsExactly(Verdict.DOWN);
        membership.answered(reading("a", address("a"), 1000, 100), clock.instant());
        membership.judge(clock.instant());
        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);

        membership.answered(
                reading("a", URI.create("http://127.0.0.1:9"), 2000, 1), clock.instant());
        membership.judge(clock.instant());

        assertThat(verdict("a")).isEqualTo(Verdict.READY);
        assertThat(member("a").address()).isEqualTo(URI.create("http://127.0.0.1:9"));
    }

    @Test
    void refusesASecondAddressUnderOneIdWhileTheFirstAnswersAndNamesIt() {
        URI second = URI.create("http://127.0.0.1:9");
        rounds(10, "a");

        membership.answered(reading("a", second, 5000, 1), clock.instant());
        rounds(1, "a");

        assertThat(member("a").address()).isEqualTo(address("a"));
        assertThat(member("a").reading().startedAt()).isEqualTo(1000);
        assertThat(member("a").reason())
                .contains(second.toString(), address("a").toString(), "agent-id");
        assertThat(membership.latest().refused()).containsExactly(second);
        assertThat(verdict("a")).isEqualTo(Verdict.READY);

        rounds(7, "a");
        assertThat(member("a").reason()).isEmpty();
    }

    @Test
    void takesTheNewAddressOfAnAgentWhoseOldOneNoLongerAnswers() {
        URI moved = URI.create("http://127.0.0.1:9");
        rounds(10, "a");

        membership.missed(address("a"), refusal("a"));
        membership.answered(reading("a", moved, 5000, 1), clock.instant());
        membership.judge(clock.instant());

        assertThat(member("a").address()).isEqualTo(moved);
        assertThat(verdict("a")).isEqualTo(Verdict.READY);
    }

    @Test
    void ignoresAReportThatIsOlderThanTheOneItHas() {
        rounds(1, "a");
        membership.told(reading("a", address("a"), 1000, 50), false, clock.instant());

        membership.told(reading("a", address("a"), 1000, 49), false, clock.instant());

        membership.judge(clock.instant());
        assertThat(member("a").reading().sequence()).isEqualTo(50);
    }

    @Test
    void learnsNoHabitFromNewsThatAnAgentSendsByItself() {
        rounds(20, "a", "b", "c");
        double mean = member("a").history().mean();

        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMillis(1));
            membership.told(reading("a", address("a"), 1000, 100 + i), false, clock.instant());
        }
        membership.judge(clock.instant());

        assertThat(member("a").history().mean()).isEqualTo(mean);
    }

    @Test
    void announcesOnlyWhatChanged() {
        rounds(3, "a");
        assertThat(membership.round(clock.instant()).changed()).isEmpty();

        membership.told(reading("a", address("a"), 1000, 50), false, clock.instant());

        assertThat(membership.judge(clock.instant()).changed())
                .extracting(Member::agent)
                .containsExactly(new AgentId("a"));
    }

    @Test
    void usesNoAgentThatMadeItselfKnownBeforeItIsReachedAtItsAddress() {
        rounds(3, "b");
        membership.told(reading("a", address("a"), 1000, 1), false, clock.instant());
        membership.judge(clock.instant());
        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);
        assertThat(member("a").reached()).isFalse();
        assertThat(membership.unreached(new AgentId("a"))).isTrue();

        membership.missed(address("a"), silence("a"));
        rounds(20, "b");
        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);
        assertThat(member("a").reason()).isEqualTo(address("a") + ": no answer");
        assertThat(membership.latest().frozen()).isEmpty();

        membership.unchanged(address("a"), clock.instant());
        membership.judge(clock.instant());
        assertThat(verdict("a")).isEqualTo(Verdict.READY);
        assertThat(member("a").reason()).isEmpty();
        assertThat(membership.unreached(new AgentId("a"))).isFalse();
    }

    @Test
    void reachesAnAgentAnewThatTellsOfANewAddress() {
        rounds(3, "a", "b");
        membership.missed(address("a"), refusal("a"));

        membership.told(
                reading("a", URI.create("http://127.0.0.1:9"), 2000, 1), false, clock.instant());
        membership.judge(clock.instant());

        assertThat(member("a").address()).isEqualTo(URI.create("http://127.0.0.1:9"));
        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);
    }

    @Test
    void forgetsAnAgentThatWasDownForLong() {
        rounds(1, "a", "b", "c");
        for (int i = 0; i < 10; i++) {
            membership.missed(address("a"), refusal("a"));
            rounds(1, "b", "c");
        }
        assertThat(verdict("a")).isEqualTo(Verdict.DOWN);

        clock.advance(Membership.REMEMBERED);
        membership.unchanged(address("b"), clock.instant());
        membership.unchanged(address("c"), clock.instant());
        Judgement<String> judgement = membership.judge(clock.instant());

        assertThat(judgement.forgotten()).containsExactly(new AgentId("a"));
        assertThat(judgement.members())
                .extracting(Member::agent)
                .containsExactly(new AgentId("b"), new AgentId("c"));
    }

    @Test
    void judgesARecalledAgentByItsSilenceFromNowOn() {
        membership.recalled(reading("a", address("a"), 1000, 1), clock.instant());
        rounds(2, "b", "c");
        assertThat(verdict("a")).isEqualTo(Verdict.READY);

        assertThat(secondsUntil("a", Verdict.DOWN, silence("a"), "b", "c")).isBetween(2, 6);
    }

    private int secondsUntil(
            String agent, Verdict wanted, Answer<String> answer, String... answering) {
        for (int seconds = 1; seconds < 60; seconds++) {
            membership.missed(address(agent), answer);
            rounds(1, answering);
            if (verdict(agent) == wanted) {
                return seconds;
            }
        }
        throw new AssertionError(agent + " was " + verdict(agent) + " for a minute");
    }

    private void rounds(int count, String... answering) {
        for (int i = 0; i < count; i++) {
            clock.advance(Duration.ofSeconds(1));
            for (String agent : answering) {
                membership.answered(reading(agent, address(agent), 1000, 1), clock.instant());
            }
            membership.round(clock.instant());
        }
    }

    private void sight(String agent, Sighting.Kind kind, String gateway) {
        membership.sighted(
                new AgentId(agent), address(agent), new Sighting(gateway, kind, clock.instant()));
    }

    private Verdict verdict(String agent) {
        return member(agent).verdict();
    }

    private Member<String> member(String agent) {
        return membership.latest().members().stream()
                .filter(member -> member.agent().value().equals(agent))
                .findFirst()
                .orElseThrow();
    }

    private static Answer<String> silence(String agent) {
        return new Answer.Silent<>(address(agent) + ": no answer");
    }

    private static Answer<String> refusal(String agent) {
        return new Answer.Refused<>(address(agent) + ": connection refused");
    }

    private static URI address(String agent) {
        return URI.create("http://127.0.0.1:" + (1000 + agent.charAt(0)));
    }

    private static AgentReading<String> reading(
            String agent, URI address, long startedAt, long sequence) {
        return new AgentReading<>(
                new AgentId(agent), address, startedAt, sequence, agent + "'s report");
    }
}
