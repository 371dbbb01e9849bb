package dev.caravan.health.adapter.redis;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.health.api.HealthShapes;
import dev.caravan.health.app.AgentReading;
import dev.caravan.health.app.Judgement;
import dev.caravan.health.app.Member;
import dev.caravan.health.app.MemberRecords;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Keys;
import dev.caravan.wire.LeftOutMessage;
import dev.caravan.wire.WireJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Records as JSON that expire, so that those of a dead health service end as well. */
public final class RedisMemberRecords implements MemberRecords<AgentReport> {

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final int WRITTEN_AT_ONCE = 16;

    private final ReactiveStringRedisTemplate redis;

    public RedisMemberRecords(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    @Override
    public Mono<Void> write(Judgement<AgentReport> judgement) {
        return Flux.fromIterable(judgement.members())
                .flatMap(this::write, WRITTEN_AT_ONCE)
                .then(list(judgement.members()))
                .then(remove(judgement.forgotten()))
                .thenMany(Flux.fromIterable(judgement.changed()))
                .flatMap(
                        member -> redis.convertAndSend(Keys.AGENT_CHANNEL, member.agent().value()),
                        WRITTEN_AT_ONCE)
                .then();
    }

    private Mono<Boolean> write(Member<AgentReport> member) {
        return redis.opsForValue()
                .set(
                        Keys.AGENT + member.agent(),
                        WireJson.mapper().writeValueAsString(HealthShapes.record(member)),
                        TTL);
    }

    private Mono<Void> list(List<Member<AgentReport>> members) {
        if (members.isEmpty()) {
            return Mono.empty();
        }
        return redis.opsForSet()
                .add(
                        Keys.AGENTS,
                        members.stream()
                                .map(member -> member.agent().value())
                                .toArray(String[]::new))
                .then();
    }

    private Mono<Void> remove(List<AgentId> forgotten) {
        return Flux.fromIterable(forgotten)
                .concatMap(
                        agent ->
                                redis.opsForSet()
                                        .remove(Keys.AGENTS, agent.value())
                                        .then(redis.delete(Keys.AGENT + agent)))
                .then();
    }

    @Override
    public Mono<Map<AgentId, String>> leftOut() {
        return redis.opsForValue()
                .get(Keys.LEFT_OUT)
                .map(json -> WireJson.mapper().readValue(json, LeftOutMessage.class))
                .map(
                        message ->
                                message.agents().stream()
                                        .collect(
                                                Collectors.toMap(
                                                        agent -> new AgentId(agent.agentId()),
                                                        LeftOutMessage.Agent::reason)))
                .defaultIfEmpty(Map.of());
    }

    @Override
    public Flux<AgentReading<AgentReport>> known() {
        return redis.opsForSet()
                .members(Keys.AGENTS)
                .flatMap(id -> redis.opsForValue().get(Keys.AGENT + id), WRITTEN_AT_ONCE)
                .map(
                        json ->
                                HealthShapes.reading(
                                        WireJson.mapper()
                                                .readValue(json, AgentRecord.class)
                                                .report()));
    }
}
