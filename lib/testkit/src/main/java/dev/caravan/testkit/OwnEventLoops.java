package dev.caravan.testkit;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Several services of one JVM that do not end each other's event loops: a source beside the
 * application's own class.
 */
@Configuration(proxyBeanMethods = false)
public class OwnEventLoops {

    @Bean
    ReactorResourceFactory reactorResources() {
        var resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        return resources;
    }
}
