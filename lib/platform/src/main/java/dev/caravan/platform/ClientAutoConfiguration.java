package dev.caravan.platform;

import io.netty.channel.ChannelOption;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import reactor.netty.http.client.HttpClient;

/** The one place that says how neighbours are called over HTTP. */
@AutoConfiguration(after = ClusterAutoConfiguration.class)
@ConditionalOnClass({WebClientCustomizer.class, HttpClient.class})
class ClientAutoConfiguration {

    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    @Bean
    WebClientCustomizer neighbourCalls(ClusterToken token) {
        // Reactor Netty's own retry would run a call twice that its sender counts as one.
        HttpClient client =
                HttpClient.create()
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        .followRedirect(false)
                        .disableRetry(true);
        return builder ->
                builder.clientConnector(new ReactorClientHttpConnector(client))
                        .defaultHeader(HttpHeaders.AUTHORIZATION, token.authorization());
    }
}
