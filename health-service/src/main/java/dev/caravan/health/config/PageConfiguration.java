package dev.caravan.health.config;

import dev.caravan.health.api.page.PageRoutes;
import dev.caravan.health.app.Membership;
import dev.caravan.wire.AgentReport;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.scheduler.Schedulers;

/** The cluster page. */
@Configuration(proxyBeanMethods = false)
class PageConfiguration {

    @Bean
    PageRoutes pageRoutes(Membership<AgentReport> membership) {
        return new PageRoutes(membership::latest, Schedulers.parallel());
    }

    @Bean
    RouterFunction<ServerResponse> clusterPage(PageRoutes page) {
        return page.routes();
    }

    /** A bean's end comes after the wait for running answers, of which these are some. */
    @Bean
    ApplicationListener<ContextClosedEvent> endOfStreams(PageRoutes page) {
        return _ -> page.close();
    }
}
