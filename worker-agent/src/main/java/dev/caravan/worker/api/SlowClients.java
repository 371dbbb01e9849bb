package dev.caravan.worker.api;

import io.netty.handler.timeout.WriteTimeoutHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Cuts off clients that take nothing. An engine is read at its own pace until the answer's buffer
 * is full; from then on a client that stands still would hold its slot for ever.
 */
public final class SlowClients {

    private SlowClients() {}

    /**
     * @param patience how long what was written may wait for the client
     */
    public static HttpServer cutAfter(HttpServer server, Duration patience) {
        return server.doOnChannelInit(
                (_, channel, _) ->
                        channel.pipeline()
                                .addBefore(
                                        NettyPipeline.ReactiveBridge,
                                        "slow-clients",
                                        new WriteTimeoutHandler(
                                                patience.toMillis(), TimeUnit.MILLISECONDS)));
    }
}
