package dev.caravan.health.config;

import dev.caravan.health.adapter.agent.HttpAgentQuestions;
import dev.caravan.health.adapter.redis.RedisMemberRecords;
import dev.caravan.health.app.HealthRounds;
import dev.caravan.health.app.Membership;
import dev.caravan.platform.Leadership;
import dev.caravan.platform.LeadershipFactory;
import dev.caravan.platform.Neighbours;
import dev.caravan.platform.RedisWatch;
import dev.caravan.platform.RegistryWatch;
import dev.caravan.wire.AgentReport;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.web.reactive.function.client.WebClient;

@Configuration(proxyBeanMethods = false)
class HealthConfiguration {

    @Bean
    Membership<AgentReport> membership() {
        return new Membership<>();
    }

    @Bean
    HealthMeters healthMeters(
            MeterRegistry registry,
            Membership<AgentReport> membership,
            InstantSource clock,
            RedisWatch redis,
            ObjectProvider<RegistryWatch> services) {
        var meters = new HealthMeters(registry, membership, clock);
        meters.degraded("no_redis", () -> !redis.up());
        services.ifAvailable(watch -> meters.degraded("no_registry", () -> !watch.up()));
        return meters;
    }

    /** Verdicts have no epochs, hence no floor. */
    @Bean
    HealthRounds<AgentReport> healthRounds(
            Neighbours neighbours,
            WebClient.Builder clients,
            Membership<AgentReport> membership,
            ReactiveStringRedisTemplate redis,
            LeadershipFactory roles,
            HealthMeters meters,
            InstantSource clock) {
        Leadership leadership = roles.lead("health", () -> 0);
        return new HealthRounds<>(
                () -> neighbours.instances("worker-agent"),
                new HttpAgentQuestions(clients.build(), meters::answered),
                membership,
                new RedisMemberRecords(redis),
                () -> leadership.epoch().isPresent(),
                clock);
    }

    @Bean
    HealthTicks healthTicks(HealthRounds<AgentReport> rounds, HealthMeters meters) {
        return new HealthTicks(rounds, meters);
    }
}
