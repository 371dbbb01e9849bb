package dev.caravan.gateway.adapter.agent;

import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.netty.http.client.HttpClient;
import reactor.util.context.ContextView;

/**
 * A client for each event loop, with connections that stay on it. A request that asks its agent on
 * its own client's event loop passes tokens on without waking another thread, which costs more than
 * the token.
 */
final class LoopClients {

    private final HttpClient http;
    private final Map<EventLoop, HttpClient> byLoop = new ConcurrentHashMap<>();

    LoopClients(HttpClient http) {
        this.http = http;
    }

    /**
     * @param context of the subscriber; with the {@link EventLoop} of its connection under that
     *     class, else any event loop will do
     */
    HttpClient of(ContextView context) {
        EventLoop loop = context.getOrDefault(EventLoop.class, null);
        return loop == null ? http : byLoop.computeIfAbsent(loop, http::runOn);
    }
}
