package dev.caravan.gateway.config;

import dev.caravan.gateway.adapter.catalogue.HttpAgentStores;
import dev.caravan.gateway.adapter.catalogue.HttpClusterModels;
import dev.caravan.gateway.adapter.catalogue.RegistryCatalogue;
import dev.caravan.gateway.adapter.scheduler.SchedulerSplits;
import dev.caravan.gateway.api.AnswerRecords;
import dev.caravan.gateway.api.BlobHandler;
import dev.caravan.gateway.api.Draining;
import dev.caravan.gateway.api.ModelHandler;
import dev.caravan.gateway.api.ModelRoutes;
import dev.caravan.gateway.api.PassedOn;
import dev.caravan.gateway.api.RouteTable;
import dev.caravan.gateway.api.SplitHandler;
import dev.caravan.gateway.api.SystemHandler;
import dev.caravan.gateway.api.UnansweredRequests;
import dev.caravan.gateway.api.document.OpenApiDocument;
import dev.caravan.gateway.api.document.OpenApiRoutes;
import dev.caravan.gateway.app.Views;
import dev.caravan.gateway.app.models.AgentStores;
import dev.caravan.gateway.app.models.AgentSurvey;
import dev.caravan.gateway.app.models.BlobUploads;
import dev.caravan.gateway.app.models.Catalogue;
import dev.caravan.gateway.app.models.ModelCreation;
import dev.caravan.gateway.app.models.ModelShows;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import dev.caravan.platform.ClusterToken;
import dev.caravan.platform.Neighbours;
import dev.caravan.wire.Routes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.info.BuildProperties;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Everything that is done with models besides running them. */
@Configuration(proxyBeanMethods = false)
class ModelConfiguration {

    /** For answers that a neighbour gives from memory. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** For answers that an agent reads from its disk. */
    private static final Duration DISK_PATIENCE = Duration.ofSeconds(10);

    private static final String SCHEDULER = "scheduler-service";

    /** Public path to the service and the path that answers it. */
    private static final Map<String, Target> PASSED_ON =
            Map.of("/api/distributed/nodes", new Target("health-service", Routes.NODES));

    private record Target(String service, String path) {}

    @Bean
    Catalogue catalogue(WebClient.Builder http, Neighbours neighbours) {
        return new RegistryCatalogue(http.build(), neighbours, PATIENCE);
    }

    @Bean
    AgentStores agentStores(WebClient.Builder http, Views views, Neighbours neighbours) {
        return new HttpAgentStores(http.build(), views, neighbours, DISK_PATIENCE);
    }

    @Bean
    AgentSurvey agentSurvey(AgentStores stores) {
        return new AgentSurvey(stores, PATIENCE);
    }

    @Bean
    BlobUploads blobUploads(AgentStores stores, AgentSurvey survey, InstantSource clock) {
        return new BlobUploads(stores, survey, PATIENCE, clock);
    }

    @Bean
    ModelHandler modelHandler(
            OllamaBodyReader bodies,
            Catalogue catalogue,
            AgentStores stores,
            AgentSurvey survey,
            ModelCreation creation,
            Views views,
            InstantSource clock,
            Draining draining) {
        return new ModelHandler(
                bodies,
                catalogue,
                survey,
                new ModelShows(stores, views),
                creation,
                views,
                clock,
                draining);
    }

    @Bean
    SplitHandler splitHandler(
            WebClient.Builder http, Neighbours neighbours, AgentStores stores, Views views) {
        return new SplitHandler(
                new SchedulerSplits(http.build(), () -> neighbours.instances(SCHEDULER)),
                new HttpClusterModels(http.build(), neighbours, stores, PATIENCE),
                views);
    }

    @Bean
    RouterFunction<ServerResponse> modelRoutes(
            ModelHandler models,
            BlobUploads blobs,
            SplitHandler splits,
            Views views,
            Neighbours neighbours,
            ObjectProvider<BuildProperties> build) {
        return new ModelRoutes(
                        new SystemHandler(views, neighbours, version(build)),
                        models,
                        new BlobHandler(blobs),
                        splits)
                .routes();
    }

    /** What other services answer whole; the caller's own credentials end here. */
    @Bean
    RouteLocator passedOn(RouteLocatorBuilder builder, ClusterToken token) {
        RouteLocatorBuilder.Builder routes = builder.routes();
        PASSED_ON.forEach(
                (path, target) ->
                        routes.route(
                                path,
                                route ->
                                        route.path(path)
                                                .and()
                                                .method(HttpMethod.GET)
                                                .filters(
                                                        filters ->
                                                                filters.setPath(target.path())
                                                                        .setRequestHeader(
                                                                                HttpHeaders
                                                                                        .AUTHORIZATION,
                                                                                token
                                                                                        .authorization()))
                                                .uri("lb://" + target.service())));
        return routes.build();
    }

    /** A load balancer is made at its first use, which reads files, and that must be no request. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> loadBalancers(LoadBalancerClientFactory balancers) {
        return _ -> PASSED_ON.values().forEach(target -> balancers.getInstance(target.service()));
    }

    @Bean
    RouteTable routeTable(
            ObjectProvider<RouterFunction<ServerResponse>> routes, ObjectProvider<PassedOn> more) {
        List<PassedOn> passedOn =
                Stream.concat(PASSED_ON.keySet().stream().map(PassedOn::get), more.orderedStream())
                        .toList();
        return new RouteTable(routes.stream().toList(), passedOn);
    }

    @Bean
    OpenApiRoutes openApi(
            ObjectProvider<RouteTable> routes, ObjectProvider<BuildProperties> build) {
        return new OpenApiRoutes(
                new OpenApiDocument(AnswerRecords.ALL), routes::getObject, version(build));
    }

    @Bean
    RouterFunction<ServerResponse> openApiRoutes(OpenApiRoutes openApi) {
        return openApi.routes();
    }

    @Bean
    SmartInitializingSingleton openApiIsMadeAtTheStart(OpenApiRoutes openApi) {
        return openApi::prepare;
    }

    private static String version(ObjectProvider<BuildProperties> build) {
        BuildProperties known = build.getIfAvailable();
        return known == null ? "development" : String.valueOf(known.getVersion());
    }

    @Bean
    UnansweredRequests unansweredRequests(RouteTable routes) {
        return new UnansweredRequests(routes);
    }
}
