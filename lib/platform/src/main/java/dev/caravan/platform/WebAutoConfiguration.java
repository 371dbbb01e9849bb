package dev.caravan.platform;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** The token's filter, for either kind of web server, and what else all answers have in common. */
@AutoConfiguration(after = ClusterAutoConfiguration.class)
class WebAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        TokenWebFilter tokenWebFilter(ClusterToken token, TokenScope scope) {
            return new TokenWebFilter(token, scope);
        }

        @Bean
        LeftBodies leftBodies() {
            return new LeftBodies();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        FilterRegistrationBean<TokenServletFilter> tokenServletFilter(
                ClusterToken token, TokenScope scope) {
            var registration = new FilterRegistrationBean<>(new TokenServletFilter(token, scope));
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }
    }
}
