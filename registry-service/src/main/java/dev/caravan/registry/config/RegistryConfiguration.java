package dev.caravan.registry.config;

import com.netflix.eureka.registry.PeerAwareInstanceRegistry;
import dev.caravan.platform.LeadershipFactory;
import dev.caravan.registry.adapter.eureka.SelfListing;
import dev.caravan.registry.adapter.redis.AgentRecords;
import dev.caravan.registry.adapter.redis.RedisCatalogue;
import dev.caravan.registry.app.Catalogue;
import dev.caravan.wire.AgentReport;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

@Configuration(proxyBeanMethods = false)
class RegistryConfiguration {

    @Bean
    Catalogue<AgentReport.Model> catalogue() {
        return new Catalogue<>();
    }

    /** The catalogue has no epochs of its own, hence no floor. */
    @Bean
    CatalogueUpkeep catalogueUpkeep(
            Catalogue<AgentReport.Model> catalogue,
            ReactiveStringRedisTemplate redis,
            LeadershipFactory roles,
            MeterRegistry meters) {
        return new CatalogueUpkeep(
                catalogue,
                new AgentRecords(redis),
                new RedisCatalogue(redis),
                roles.lead("registry", () -> 0),
                new RegistryMeters(meters, catalogue));
    }

    @Bean
    SelfListing selfListing(
            ObjectProvider<PeerAwareInstanceRegistry> registry,
            @Value("${spring.application.name}") String service,
            @Value("${eureka.instance.ip-address}") String address) {
        return new SelfListing(registry, service, address);
    }
}
