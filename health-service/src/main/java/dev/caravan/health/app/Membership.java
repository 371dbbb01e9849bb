package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.health.AnswerHistory;
import dev.caravan.core.health.MembershipFreeze;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is a member and what is made of each: told of every answer, asked for a judgement each round.
 *
 * <p>An agent is its id. A second address under the same id is taken for the agent's new one only
 * when the old address no longer answers; while both answer, the second is refused and named.
 */
public final class Membership<R> {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    static final Duration ROUND = Duration.ofSeconds(1);

    /** How long an agent that is down is still shown and asked. */
    static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final Verdicts verdicts = new Verdicts();
    private final Sightings sightings = new Sightings();
    private Map<AgentId, String> leftOut = Map.of();
    private Optional<Instant> frozenSince = Optional.empty();
    private final Map<AgentId, Member<R>> members = new TreeMap<>();
    private final Claims claims = new Claims();
    private final News<R> news = new News<>();
    private @Nullable Instant lastRound;
    private volatile Judgement<R> latest =
            new Judgement<>(Optional.empty(), List.of(), List.of(), List.of(), List.of());

    /** The last judgement. */
    public Judgement<R> latest() {
        return latest;
    }

    /** Takes the answer to a question that was asked just now. */
    public void answered(AgentReading<R> reading, Instant now) {
        answered(reading, now, now);
    }

    /** Takes the answer to a question that was asked then. */
    public synchronized void answered(AgentReading<R> reading, Instant asked, Instant now) {
        Member<R> before = members.get(reading.agent());
        take(reading, true, now)
                .ifPresent(
                        member -> {
                            boolean throughout =
                                    before != null
                                            && before.present()
                                            && before.reading().startedAt() == reading.startedAt();
                            sightings.answered(member.agent(), member.address(), asked, throughout);
                            members.put(
                                    member.agent(),
                                    member.answered(new Answer.Report<>(reading), now));
                        });
    }

    /**
     * Takes what a gateway saw of an agent.
     *
     * @return whether a member has that address, so that asking it tells more
     */
    public synchronized boolean sighted(AgentId agent, URI address, Sighting sighting) {
        Member<R> member = members.get(agent);
        if (member == null || !member.address().equals(address)) {
            return false;
        }
        sightings.add(agent, sighting);
        return true;
    }

    /** Sightings of an agent that turned out to be a cut way between a gateway and it. */
    public synchronized long partitionSightings(AgentId agent) {
        return sightings.partitions(agent);
    }

    /** Agents that the scheduler leaves out of plans, with the reason; shown, never judged by. */
    public synchronized void leftOut(Map<AgentId, String> agents) {
        leftOut = Map.copyOf(agents);
    }

    /** Takes what an agent told by itself; how regularly it answers is not learnt from that. */
    public synchronized void told(AgentReading<R> reading, boolean stopping, Instant now) {
        take(reading, false, now)
                .map(member -> stopping ? member.announcingItsEnd() : member)
                .ifPresent(member -> members.put(member.agent(), member));
    }

    /** Takes a reading that somebody wrote down earlier; it proves nothing about now. */
    public synchronized void recalled(AgentReading<R> reading, Instant now) {
        members.putIfAbsent(
                reading.agent(), Member.first(reading, AnswerHistory.startingAt(now, ROUND)));
    }

    /** Whether {@code agent} is a member that never answered at the address it has. */
    public synchronized boolean unreached(AgentId agent) {
        Member<R> member = members.get(agent);
        return member != null && !member.reached();
    }

    private Optional<Member<R>> take(AgentReading<R> reading, boolean reached, Instant now) {
        Member<R> known = members.get(reading.agent());
        if (known == null) {
            LOG.atInfo()
                    .addKeyValue("agent", reading.agent())
                    .addKeyValue("address", reading.address())
                    .log("agent joins");
            AnswerHistory history = AnswerHistory.startingAt(now, ROUND);
            return Optional.of(
                    reached ? Member.first(reading, history) : Member.announced(reading, history));
        }
        if (!reading.address().equals(known.address()) && known.present()) {
            claims.add(known, reading.address(), now);
            return Optional.empty();
        }
        return Optional.of(reading.olderThan(known.reading()) ? known : known.reading(reading));
    }

    /** See {@link #unchanged(URI, Instant, Instant)}; it was asked just now. */
    public void unchanged(URI address, Instant now) {
        unchanged(address, now, now);
    }

    /** The member at {@code address} answered a question of then that nothing changed. */
    public synchronized void unchanged(URI address, Instant asked, Instant now) {
        at(address)
                .ifPresent(
                        member -> {
                            sightings.answered(member.agent(), address, asked, member.present());
                            members.put(
                                    member.agent(), member.answered(new Answer.Unchanged<>(), now));
                        });
    }

    /**
     * The question to {@code address} was not answered.
     *
     * @return whether a member is expected there
     */
    public synchronized boolean missed(URI address, Answer<R> answer) {
        Optional<Member<R>> member = at(address);
        member.ifPresent(known -> members.put(known.agent(), known.missed(answer)));
        return member.isPresent();
    }

    private Optional<Member<R>> at(URI address) {
        return members.values().stream()
                .filter(member -> member.address().equals(address))
                .findFirst();
    }

    /** Judges all members at the begin of a round. */
    public synchronized Judgement<R> round(Instant now) {
        Duration sinceLast = lastRound == null ? ROUND : Duration.between(lastRound, now);
        lastRound = now;
        Duration missedRounds = sinceLast.minus(ROUND);
        if (MembershipFreeze.reason(sinceLast, 0, 0).isPresent()) {
            members.replaceAll((id, member) -> member.forgiven(missedRounds));
        }
        return judge(now, sinceLast);
    }

    /** Judges all members between two rounds, because of news. */
    public synchronized Judgement<R> judge(Instant now) {
        return judge(now, Duration.ZERO);
    }

    private Judgement<R> judge(Instant now, Duration sinceLastRound) {
        sightings.forget(now);
        claims.forget(now);
        Collection<Member<R>> live =
                members.values().stream()
                        .filter(member -> member.verdict() != Verdict.DOWN)
                        .toList();
        int silent = (int) live.stream().filter(member -> verdicts.silent(member, now)).count();
        Optional<String> frozen = MembershipFreeze.reason(sinceLastRound, live.size(), silent);
        tellFrozen(frozen);
        forgiveFrozenTime(frozen.isPresent(), now);
        members.replaceAll(
                (id, member) ->
                        verdicts.judge(member, now, frozen.isPresent(), views(member, now)));
        List<AgentId> forgotten = forget(now);
        latest =
                new Judgement<>(
                        frozen,
                        List.copyOf(members.values()),
                        news.of(members.values()),
                        forgotten,
                        claims.addresses());
        return latest;
    }

    private Verdicts.Views views(Member<R> member, Instant now) {
        return new Verdicts.Views(
                claims.of(member.agent()),
                sightings.witnesses(member.agent(), now),
                Stream.of(
                                sightings.partition(member.agent(), member.address()),
                                leftOut.getOrDefault(member.agent(), ""))
                        .filter(reason -> !reason.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    private void tellFrozen(Optional<String> frozen) {
        if (frozen.isPresent() != latest.frozen().isPresent()) {
            LOG.atWarn()
                    .addKeyValue("reason", frozen.orElse("over"))
                    .log(frozen.isPresent() ? "membership frozen" : "membership judged again");
        }
    }

    /** Silence that was not judged must not kill in the moment in which judging begins again. */
    private void forgiveFrozenTime(boolean frozen, Instant now) {
        if (frozen) {
            frozenSince = frozenSince.or(() -> Optional.of(now));
            return;
        }
        frozenSince.ifPresent(
                since ->
                        members.replaceAll(
                                (id, member) ->
                                        member.seenAt().isBefore(since)
                                                ? member.forgiven(Duration.between(since, now))
                                                : member));
        frozenSince = Optional.empty();
    }

    private List<AgentId> forget(Instant now) {
        List<AgentId> gone =
                members.values().stream()
                        .filter(member -> member.verdict() == Verdict.DOWN)
                        .filter(member -> member.seenAt().plus(REMEMBERED).isBefore(now))
                        .map(Member::agent)
                        .toList();
        gone.forEach(members::remove);
        gone.forEach(news::forget);
        return gone;
    }
}
