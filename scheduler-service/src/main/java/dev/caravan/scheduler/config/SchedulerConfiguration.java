package dev.caravan.scheduler.config;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.platform.Leadership;
import dev.caravan.platform.LeadershipFactory;
import dev.caravan.platform.Neighbours;
import dev.caravan.scheduler.adapter.agent.HttpAgentLink;
import dev.caravan.scheduler.adapter.agent.HttpCopies;
import dev.caravan.scheduler.adapter.agent.HttpPolicies;
import dev.caravan.scheduler.adapter.agent.HttpReports;
import dev.caravan.scheduler.adapter.micrometer.SchedulerMeters;
import dev.caravan.scheduler.adapter.redis.RedisDesiredCopies;
import dev.caravan.scheduler.adapter.redis.RedisLeftOut;
import dev.caravan.scheduler.adapter.redis.RedisPolicies;
import dev.caravan.scheduler.adapter.redis.RedisRecords;
import dev.caravan.scheduler.adapter.redis.RedisView;
import dev.caravan.scheduler.app.AgentWatch;
import dev.caravan.scheduler.app.Coordinator;
import dev.caravan.scheduler.app.PolicyOffice;
import dev.caravan.scheduler.app.Ports;
import dev.caravan.scheduler.app.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/** Wires the scheduler. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SchedulerProperties.class)
class SchedulerConfiguration {

    private static final String ROLE = "scheduler";

    @Bean
    Settings settings(SchedulerProperties properties) {
        return new Settings(
                properties.slots(),
                properties.contextLength(),
                properties.loadTimeout(),
                properties.longestWait(),
                properties.maxLoadedModels(),
                properties.defaults());
    }

    @Bean
    SchedulerMeters meters(MeterRegistry registry) {
        return new SchedulerMeters(registry);
    }

    @Bean
    HttpReports httpReports(Neighbours neighbours, WebClient.Builder client) {
        return new HttpReports(neighbours, client.build());
    }

    @Bean(destroyMethod = "")
    Coordinator coordinator(
            Settings settings,
            LeadershipFactory leaderships,
            ReactiveStringRedisTemplate redis,
            WebClient.Builder client,
            HttpReports reports,
            SchedulerMeters meters,
            InstantSource clock) {
        AtomicLong highestEpoch = new AtomicLong();
        Leadership leadership = leaderships.lead(ROLE, highestEpoch::get);
        return new Coordinator(
                settings,
                new Ports(
                        () -> leadership.epoch().map(OptionalLong::of).orElse(OptionalLong.empty()),
                        seen -> highestEpoch.accumulateAndGet(seen, Math::max),
                        new HttpAgentLink(client.build()),
                        reports,
                        new RedisView(redis, clock),
                        new RedisDesiredCopies(redis),
                        new RedisLeftOut(redis, clock),
                        new HttpPolicies(client.build()),
                        new HttpCopies(client.build()),
                        meters,
                        meters::show),
                clock,
                () -> new ReplicaId(UUID.randomUUID().toString()));
    }

    @Bean
    PolicyOffice policyOffice(
            Coordinator coordinator, ReactiveStringRedisTemplate redis, WebClient.Builder client) {
        return new PolicyOffice(
                coordinator, new HttpPolicies(client.build()), new RedisPolicies(redis));
    }

    @Bean(destroyMethod = "")
    AgentWatch agentWatch(
            Coordinator coordinator, ReactiveStringRedisTemplate redis, HttpReports reports) {
        return new AgentWatch(
                new RedisAndHttpSources(new RedisRecords(redis), reports), coordinator);
    }

    @Bean
    SchedulerLifecycle schedulerLifecycle(Coordinator coordinator, AgentWatch watch) {
        return new SchedulerLifecycle(coordinator, watch);
    }
}
