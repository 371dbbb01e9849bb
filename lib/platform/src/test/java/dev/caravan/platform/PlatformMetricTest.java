package dev.caravan.platform;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.testkit.ManualClock;
import dev.caravan.testkit.MetricsPage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

class PlatformMetricTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void showsWhatThePageOfTheMetricsSays() {
        var connections = new LettuceConnectionFactory("127.0.0.1", REDIS.port());
        connections.afterPropertiesSet();
        connections.start();
        var redis = new ReactiveStringRedisTemplate(connections);
        var watch = new RedisWatch(redis, registry);
        var roles = new RedisLeaderships(redis, ManualClock.anytime(), System::nanoTime, registry);
        try {
            watch.start();
            roles.lead("test", () -> 0);
            new BuildInfo(null).bindTo(registry);

            MetricsPage.read()
                    .assertTellsOf(
                            "platform",
                            Stream.of(PlatformMetric.values()).map(PlatformMetric::id).toList(),
                            registry.scrape());
        } finally {
            watch.stop();
            roles.stop();
            connections.destroy();
        }
    }
}
