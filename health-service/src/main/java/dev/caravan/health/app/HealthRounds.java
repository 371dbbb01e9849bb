package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One round a second: judge all members by what came in so far, write that down where this process
 * leads, then ask every agent that is listed or a member and is not still being asked. A member
 * that the registry dropped is asked on; only silence to us counts.
 */
public final class HealthRounds<R> {

    private static final Logger LOG = LoggerFactory.getLogger(HealthRounds.class);

    private static final int ASKED_AT_ONCE = 64;

    /** Agents that are down are asked in every fifth round. */
    private static final int ROUNDS_FOR_THE_DOWN = 5;

    /** The whole report is asked for in every tenth, should another process answer in between. */
    private static final int ROUNDS_FOR_THE_WHOLE = 10;

    /**
     * Why nothing was heard from an address.
     *
     * @param connected somebody is there, and says nothing
     */
    public record Unheard(boolean connected, String reason) {}

    private final Supplier<List<URI>> listed;
    private final AgentQuestions<R> questions;
    private final Membership<R> membership;
    private final MemberRecords<R> records;
    private final BooleanSupplier leads;
    private final InstantSource clock;
    private final Set<URI> beingAsked = ConcurrentHashMap.newKeySet();
    private final Set<URI> toBeAskedAgain = ConcurrentHashMap.newKeySet();
    private final Map<URI, Unheard> unheard = new ConcurrentHashMap<>();

    public HealthRounds(
            Supplier<List<URI>> listed,
            AgentQuestions<R> questions,
            Membership<R> membership,
            MemberRecords<R> records,
            BooleanSupplier leads,
            InstantSource clock) {
        this.listed = listed;
        this.questions = questions;
        this.membership = membership;
        this.records = records;
        this.leads = leads;
        this.clock = clock;
    }

    /** Takes up what an earlier process wrote down; an error where that cannot be read. */
    public Mono<Void> recall() {
        return records.known()
                .doOnNext(reading -> membership.recalled(reading, clock.instant()))
                .then();
    }

    /** Round {@code number}; done when all that were asked have answered or not. Never an error. */
    public Mono<Void> round(long number) {
        readLeftOut();
        return Mono.defer(() -> write(membership.round(clock.instant())))
                .thenMany(Flux.defer(() -> Flux.fromIterable(addresses(number))))
                .filter(beingAsked::add)
                .flatMap(address -> ask(address, number), ASKED_AT_ONCE)
                .then();
    }

    /** Shown with the next round; nobody waits for it. */
    private void readLeftOut() {
        records.leftOut().onErrorReturn(Map.of()).subscribe(membership::leftOut);
    }

    /** An agent's own word, written down at once; one that is new is asked at once too. */
    public Mono<Void> told(AgentReading<R> reading, boolean stopping) {
        return Mono.defer(
                () -> {
                    membership.told(reading, stopping, clock.instant());
                    if (membership.unreached(reading.agent()) && !stopping) {
                        probe(reading.address());
                    }
                    return write(membership.judge(clock.instant()));
                });
    }

    /**
     * A gateway was failed by that agent: it is asked at once and judged by both. Does not wait for
     * the answer.
     */
    public void sighted(AgentId agent, URI address, Sighting.Kind kind, String gateway) {
        if (membership.sighted(agent, address, new Sighting(gateway, kind, clock.instant()))) {
            probe(address);
        }
    }

    /** Apart from the caller, who is not to wait for the way to that agent. */
    private void probe(URI address) {
        if (beingAsked.add(address)) {
            ask(address, 0)
                    .then(Mono.defer(() -> write(membership.judge(clock.instant()))))
                    .subscribe();
        } else {
            // the answer on its way may be older than the news
            toBeAskedAgain.add(address);
        }
    }

    /** Addresses that are listed and never answered, with what became of the last question. */
    public Map<URI, Unheard> unheard() {
        return Map.copyOf(unheard);
    }

    private Mono<Void> write(Judgement<R> judgement) {
        return leads.getAsBoolean() ? records.write(judgement).onErrorComplete() : Mono.empty();
    }

    private Set<URI> addresses(long number) {
        boolean downToo = number % ROUNDS_FOR_THE_DOWN == 0;
        var addresses = new LinkedHashSet<>(listed.get());
        for (Member<R> member : membership.latest().members()) {
            if (member.verdict() != Verdict.DOWN || downToo) {
                addresses.add(member.address());
            }
        }
        unheard.keySet().retainAll(addresses);
        return addresses;
    }

    private Mono<Void> ask(URI address, long number) {
        long since = number % ROUNDS_FOR_THE_WHOLE == 0 ? -1 : known(address);
        return Mono.defer(
                        () -> {
                            Instant asked = clock.instant();
                            return questions
                                    .ask(address, since)
                                    .doOnNext(answer -> take(address, answer, asked));
                        })
                .doFinally(end -> wasAsked(address))
                .then();
    }

    private void wasAsked(URI address) {
        beingAsked.remove(address);
        if (toBeAskedAgain.remove(address)) {
            probe(address);
        }
    }

    /** After one that is down another agent may have its address: the whole is asked for. */
    private long known(URI address) {
        return membership.latest().members().stream()
                .filter(member -> member.verdict() != Verdict.DOWN)
                .filter(member -> member.address().equals(address))
                .mapToLong(member -> member.reading().sequence())
                .findFirst()
                .orElse(-1);
    }

    private void take(URI address, Answer<R> answer, Instant asked) {
        switch (answer) {
            case Answer.Report<R>(AgentReading<R> reading) -> {
                unheard.remove(address);
                membership.answered(reading, asked, clock.instant());
            }
            case Answer.Unchanged<R> unchanged ->
                    membership.unchanged(address, asked, clock.instant());
            case Answer.Refused<R>(String why) -> missed(address, answer, new Unheard(false, why));
            case Answer.Unreachable<R>(String why) ->
                    missed(address, answer, new Unheard(false, why));
            case Answer.Silent<R>(String why) -> missed(address, answer, new Unheard(true, why));
        }
    }

    private void missed(URI address, Answer<R> answer, Unheard why) {
        if (!membership.missed(address, answer) && unheard.put(address, why) == null) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .addKeyValue("reason", why.reason())
                    .log("a listed agent cannot be reached");
        }
    }
}
