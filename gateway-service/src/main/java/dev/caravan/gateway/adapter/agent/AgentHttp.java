package dev.caravan.gateway.adapter.agent;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * The HTTP client towards agents. No response timeout, since a long prompt answers late; see {@link
 * SilenceGuard}. No retry of Reactor Netty's own: it would run a request twice outside our budget.
 */
public final class AgentHttp {

    private static final int MAX_CONNECTIONS = 2000;
    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    private AgentHttp() {}

    public static ConnectionProvider connections() {
        return ConnectionProvider.builder("agents")
                .maxConnections(MAX_CONNECTIONS)
                .pendingAcquireTimeout(Duration.ofSeconds(2))
                .maxIdleTime(Duration.ofSeconds(20))
                .maxLifeTime(Duration.ofMinutes(10))
                .evictInBackground(Duration.ofSeconds(10))
                .lifo()
                .build();
    }

    /**
     * @param authorization the header's value on every call
     */
    public static HttpClient client(ConnectionProvider connections, String authorization) {
        return HttpClient.create(connections)
                .disableRetry(true)
                .followRedirect(false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .headers(headers -> headers.set(HttpHeaderNames.AUTHORIZATION, authorization));
    }
}
