package dev.caravan.platform;

import java.time.InstantSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/** Settings, token and what else every process of the cluster has. */
@AutoConfiguration
@EnableConfigurationProperties({ClusterProperties.class, AddressProperties.class})
class ClusterAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ClusterToken clusterToken(ClusterProperties properties) {
        return ClusterToken.from(properties);
    }

    /** The gateway is the one service with a public port. */
    @Bean
    @ConditionalOnMissingBean
    TokenScope tokenScope(@Value("${spring.application.name:}") String service) {
        return service.equals("gateway-service")
                ? TokenScope.internalOnly()
                : TokenScope.everything();
    }

    @Bean
    @ConditionalOnMissingBean
    InstantSource instantSource() {
        return InstantSource.system();
    }

    @Bean
    ReadyFile readyFile(ClusterProperties properties, Environment environment) {
        return new ReadyFile(properties.readyFile(), environment);
    }

    @Bean
    SmartInitializingSingleton unknownKeyCheck(
            ConfigurableEnvironment environment, ListableBeanFactory beans) {
        return () -> new UnknownKeys(KnownKeys.of(beans)).check(environment);
    }

    @Bean
    BuildInfo buildInfo(ObjectProvider<BuildProperties> build) {
        return new BuildInfo(build.getIfAvailable());
    }
}
