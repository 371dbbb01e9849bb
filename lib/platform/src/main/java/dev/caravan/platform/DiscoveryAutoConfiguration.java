package dev.caravan.platform;

import com.netflix.appinfo.ApplicationInfoManager;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.netflix.eureka.TimeoutProperties;
import org.springframework.cloud.netflix.eureka.config.DiscoveryClientOptionalArgsConfiguration;
import org.springframework.cloud.netflix.eureka.http.DefaultEurekaClientHttpRequestFactorySupplier;
import org.springframework.cloud.netflix.eureka.http.EurekaClientHttpRequestFactorySupplier;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/** How a service makes itself known and finds its neighbours. */
@AutoConfiguration(
        after = ClusterAutoConfiguration.class,
        before = DiscoveryClientOptionalArgsConfiguration.class)
@ConditionalOnClass({DiscoveryClient.class, EurekaClientHttpRequestFactorySupplier.class})
class DiscoveryAutoConfiguration {

    /** Puts the token on each call to the registry, whatever the transport's other settings. */
    @Bean
    EurekaClientHttpRequestFactorySupplier tokenBearingRequests(
            ObjectProvider<TimeoutProperties> timeouts, ClusterToken token) {
        var plain =
                new DefaultEurekaClientHttpRequestFactorySupplier(
                        timeouts.getIfAvailable(TimeoutProperties::new), Set.of());
        return (sslContext, hostnameVerifier) ->
                bearing(token, plain.get(sslContext, hostnameVerifier));
    }

    private static ClientHttpRequestFactory bearing(
            ClusterToken token, ClientHttpRequestFactory requests) {
        return (uri, method) -> {
            ClientHttpRequest request = requests.createRequest(uri, method);
            request.getHeaders().set(HttpHeaders.AUTHORIZATION, token.authorization());
            return request;
        };
    }

    @Bean
    @ConditionalOnMissingBean
    Neighbours neighbours(ObjectProvider<DiscoveryClient> discovery) {
        return new DiscoveryNeighbours(discovery::getObject);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(
            name = {"eureka.client.enabled", "eureka.client.fetch-registry"},
            matchIfMissing = true)
    static class Client {

        @Bean
        RegistryWatch registryWatch(InstantSource clock) {
            return new RegistryWatch(clock);
        }

        /** The management port is known only after the service has made itself known. */
        @Bean
        ApplicationListener<WebServerInitializedEvent> managementPortMetadata(
                ObjectProvider<ApplicationInfoManager> self) {
            return event -> {
                if ("management".equals(event.getApplicationContext().getServerNamespace())) {
                    self.ifAvailable(
                            known ->
                                    known.registerAppMetadata(
                                            Map.of(
                                                    "management-port",
                                                    Integer.toString(
                                                            event.getWebServer().getPort()))));
                }
            };
        }
    }
}
