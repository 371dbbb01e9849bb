package dev.caravan.platform;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.Delay;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

/** Redis as something that may be away: commands fail at once then, and nothing is queued. */
@AutoConfiguration(
        after = {ClusterAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class})
@ConditionalOnClass({RedisClient.class, ReactiveStringRedisTemplate.class})
class RedisAutoConfiguration {

    private static final int MAX_WAITING_COMMANDS = 4096;
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);
    private static final Duration SOONEST_RECONNECT = Duration.ofMillis(50);
    private static final Duration LATEST_RECONNECT = Duration.ofSeconds(1);

    @Bean
    LettuceClientOptionsBuilderCustomizer rejectingWhileDisconnected() {
        return options ->
                options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .requestQueueSize(MAX_WAITING_COMMANDS)
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(CONNECT_TIMEOUT)
                                        .keepAlive(true)
                                        .build());
    }

    /** Lettuce's own back-off doubles up to half a minute. */
    @Bean
    ClientResourcesBuilderCustomizer reconnectingSoon() {
        return resources ->
                resources.reconnectDelay(
                        Delay.fullJitter(
                                SOONEST_RECONNECT,
                                LATEST_RECONNECT,
                                SOONEST_RECONNECT.toMillis(),
                                TimeUnit.MILLISECONDS));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(ReactiveStringRedisTemplate.class)
    static class Users {

        @Bean
        @ConditionalOnMissingBean
        LeadershipFactory leadershipFactory(
                ReactiveStringRedisTemplate redis,
                InstantSource clock,
                ObjectProvider<MeterRegistry> meters) {
            return new RedisLeaderships(
                    redis,
                    clock,
                    System::nanoTime,
                    meters.getIfAvailable(SimpleMeterRegistry::new));
        }

        @Bean
        RedisWatch redisWatch(
                ReactiveStringRedisTemplate redis, ObjectProvider<MeterRegistry> meters) {
            return new RedisWatch(redis, meters.getIfAvailable(SimpleMeterRegistry::new));
        }
    }
}
