package dev.caravan.gateway.config;

import dev.caravan.core.routing.RetryBudget;
import dev.caravan.core.routing.Router;
import dev.caravan.gateway.adapter.breaker.ReplicaBreakers;
import dev.caravan.gateway.api.Admittance;
import dev.caravan.gateway.api.Draining;
import dev.caravan.gateway.api.EmbedHandler;
import dev.caravan.gateway.api.Heartbeats;
import dev.caravan.gateway.api.InferenceHandler;
import dev.caravan.gateway.api.InferenceRoutes;
import dev.caravan.gateway.app.AccessControl;
import dev.caravan.gateway.app.AdmissionControl;
import dev.caravan.gateway.app.ColdStarts;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.LoadBoard;
import dev.caravan.gateway.app.ModelLifecycle;
import dev.caravan.gateway.app.ModelLoader;
import dev.caravan.gateway.app.NewestView;
import dev.caravan.gateway.app.ReplicaSelector;
import dev.caravan.gateway.app.Replicas;
import dev.caravan.gateway.app.RunningRequests;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.dialect.ollama.AnswerWriter;
import dev.caravan.gateway.dialect.ollama.BodyBudget;
import dev.caravan.gateway.dialect.ollama.CallReader;
import dev.caravan.gateway.dialect.ollama.EmbedReader;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.gateway.stream.Answers;
import dev.caravan.gateway.stream.Embeddings;
import dev.caravan.gateway.stream.Failover;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The way of a request: routes, dialect, answers, admission, selection. */
@Configuration(proxyBeanMethods = false)
class InferenceConfiguration {

    /** A tenth of the requests may be tried again, and fifty at once where there are few. */
    private static final double RETRY_SHARE = 0.1;

    private static final int RETRY_RESERVE = 50;

    /** How long a request may wait until there is room to read its body. */
    private static final Duration BODY_PATIENCE = Duration.ofSeconds(30);

    @Bean
    Scheduler gatewayTimers() {
        return Schedulers.parallel();
    }

    @Bean
    GatewayMeters gatewayMeters(MeterRegistry registry) {
        return new GatewayMeters(registry);
    }

    @Bean
    NewestView newestView() {
        return new NewestView();
    }

    @Bean
    LoadBoard loadBoard(Scheduler timers) {
        return new LoadBoard(timers);
    }

    @Bean
    RunningRequests runningRequests(InstantSource clock) {
        return new RunningRequests(clock);
    }

    @Bean
    ReplicaSelector replicaSelector(
            Views views, LoadBoard loads, Scheduler timers, GatewayMeters meters) {
        return new ReplicaSelector(new Router(), views, loads, timers, meters);
    }

    @Bean
    ColdStarts coldStarts(
            ModelLoader loader,
            GatewayProperties properties,
            InstantSource clock,
            Scheduler timers) {
        return new ColdStarts(
                loader, properties.coldWait(), properties.loadKeepAlive(), clock, timers);
    }

    @Bean
    ReplicaBreakers replicaBreakers(InstantSource clock, GatewayMeters meters) {
        ReplicaBreakers breakers = new ReplicaBreakers(clock.withZone(ZoneOffset.UTC));
        meters.circuits("open", breakers::open);
        meters.circuits("half_open", breakers::halfOpen);
        return breakers;
    }

    @Bean
    AdmissionControl admissionControl(
            ReplicaSelector selector,
            ColdStarts coldStarts,
            ReplicaBreakers breakers,
            LoadBoard loads,
            GatewayProperties properties,
            Scheduler timers,
            GatewayMeters meters) {
        AdmissionControl.Limits limits =
                new AdmissionControl.Limits(
                        properties.admission().maxInFlight(),
                        properties.admission().maxQueued(),
                        properties.coldWait());
        AdmissionControl admission =
                new AdmissionControl(selector, coldStarts, breakers, limits, timers, meters);
        loads.onChange(admission::wake);
        return admission;
    }

    @Bean
    Failover failover(Replicas replicas, GatewayProperties properties, GatewayMeters meters) {
        RetryBudget budget = new RetryBudget(RETRY_SHARE, RETRY_RESERVE);
        Failover.Limits limits =
                new Failover.Limits(properties.retries(), properties.continuation());
        return new Failover(replicas, budget, limits, meters);
    }

    @Bean
    Answers answers(
            AdmissionControl admission,
            Failover failover,
            RunningRequests running,
            GatewayMeters meters) {
        return new Answers(admission, failover, running, meters);
    }

    @Bean
    ModelLifecycle modelLifecycle(
            ReplicaSelector selector,
            ColdStarts coldStarts,
            ModelLoader loader,
            Replicas replicas) {
        return new ModelLifecycle(selector, coldStarts, loader, replicas);
    }

    @Bean
    OllamaBodyReader ollamaBodyReader(GatewayProperties properties, Scheduler timers) {
        BodyBudget budget = new BodyBudget(properties.allBodies().toBytes(), BODY_PATIENCE, timers);
        return new OllamaBodyReader((int) properties.maxBody().toBytes(), budget);
    }

    @Bean
    Admittance admittance(OllamaBodyReader bodies) {
        return new Admittance(bodies, AccessControl.open());
    }

    @Bean
    InferenceHandler inferenceHandler(
            Admittance admittance,
            GatewayProperties properties,
            Views views,
            Answers answers,
            ModelLifecycle models,
            InstantSource clock,
            Scheduler timers,
            Draining draining) {
        return new InferenceHandler(
                admittance,
                new CallReader(properties.contextLength()),
                views,
                answers,
                models,
                new AnswerWriter.Factory(clock),
                new Heartbeats(properties.heartbeat(), timers),
                draining);
    }

    @Bean
    EmbedHandler embedHandler(
            Admittance admittance,
            GatewayProperties properties,
            Views views,
            Answers answers,
            ModelLifecycle models,
            GatewayMeters meters,
            Draining draining) {
        return new EmbedHandler(
                admittance,
                new EmbedReader(properties.contextLength()),
                views,
                new Embeddings(answers, views, meters),
                models,
                draining);
    }

    @Bean
    RouterFunction<ServerResponse> inferenceRoutes(
            InferenceHandler handler,
            EmbedHandler vectors,
            RunningRequests running,
            InstantSource clock) {
        return new InferenceRoutes(handler, vectors, running, clock).routes();
    }
}
