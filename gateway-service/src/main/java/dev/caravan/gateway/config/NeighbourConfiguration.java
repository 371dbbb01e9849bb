package dev.caravan.gateway.config;

import dev.caravan.gateway.adapter.agent.AgentHttp;
import dev.caravan.gateway.adapter.agent.HttpReplicas;
import dev.caravan.gateway.adapter.agent.SlotsStreams;
import dev.caravan.gateway.adapter.breaker.ReplicaBreakers;
import dev.caravan.gateway.adapter.health.HealthSightings;
import dev.caravan.gateway.adapter.scheduler.SchedulerLoader;
import dev.caravan.gateway.adapter.view.RedisViews;
import dev.caravan.gateway.adapter.view.ViewFile;
import dev.caravan.gateway.app.AdmissionControl;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.LoadBoard;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.app.Replicas;
import dev.caravan.gateway.app.Sightings;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.WatchedReplicas;
import dev.caravan.platform.ClusterProperties;
import dev.caravan.platform.ClusterToken;
import dev.caravan.platform.Neighbours;
import dev.caravan.platform.RedisWatch;
import dev.caravan.platform.RegistryWatch;
import dev.caravan.platform.address.AdvertisedAddress;
import java.time.InstantSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The neighbours: agents, the scheduler, and Redis for the view. */
@Configuration(proxyBeanMethods = false)
class NeighbourConfiguration {

    private static final String SCHEDULER = "scheduler-service";
    private static final String HEALTH = "health-service";
    private static final String VIEW_FILE = "view.json";

    @Bean(destroyMethod = "dispose")
    ConnectionProvider agentConnections() {
        return AgentHttp.connections();
    }

    @Bean
    HttpClient agentClient(ConnectionProvider agentConnections, ClusterToken token) {
        return AgentHttp.client(agentConnections, token.authorization());
    }

    @Bean
    Replicas replicas(
            HttpClient agentClient,
            LoadBoard loads,
            GatewayProperties properties,
            Scheduler timers,
            Sightings sightings) {
        return new WatchedReplicas(
                new HttpReplicas(agentClient, loads, properties.silence(), timers), sightings);
    }

    @Bean
    Sightings sightings(
            WebClient.Builder http,
            Neighbours neighbours,
            AdvertisedAddress address,
            Environment environment,
            InstantSource clock) {
        return new HealthSightings(
                http.build(),
                () -> neighbours.instances(HEALTH),
                () -> address.host() + ":" + environment.getProperty("local.server.port", "?"),
                clock);
    }

    @Bean(initMethod = "start", destroyMethod = "stop")
    SlotsStreams slotsStreams(
            HttpClient agentClient,
            Views views,
            LoadBoard loads,
            Scheduler timers,
            Sightings sightings) {
        return new SlotsStreams(agentClient, views, loads, timers, sightings);
    }

    @Bean
    SchedulerLoader schedulerLoader(WebClient.Builder http, Neighbours neighbours) {
        return new SchedulerLoader(http.build(), () -> neighbours.instances(SCHEDULER));
    }

    @Bean(initMethod = "start", destroyMethod = "stop")
    RedisViews redisViews(
            ReactiveStringRedisTemplate redis, NewestView newest, ClusterProperties cluster) {
        return new RedisViews(redis, newest, new ViewFile(cluster.dataDir().resolve(VIEW_FILE)));
    }

    /** A newer view may have the replica that somebody waits for. */
    @Bean(destroyMethod = "dispose")
    Disposable wakeOnNewView(Views views, AdmissionControl admission, ReplicaBreakers breakers) {
        return views.updates()
                .subscribe(
                        view -> {
                            breakers.follow(view);
                            admission.wake();
                        });
    }

    @Bean
    InitializingBean degradedModes(
            GatewayMeters meters,
            RedisWatch redis,
            ObjectProvider<RegistryWatch> registry,
            SchedulerLoader scheduler) {
        return () -> {
            meters.degraded("no_redis", () -> !redis.up());
            registry.ifAvailable(watch -> meters.degraded("no_registry", () -> !watch.up()));
            meters.degraded("no_scheduler", scheduler::away);
        };
    }
}
