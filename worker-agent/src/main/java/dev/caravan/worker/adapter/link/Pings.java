package dev.caravan.worker.adapter.link;

import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Whether the agent at the other end of a link is there. A link says nothing while its engine is
 * idle, and while it waits for an answer a network that swallows everything looks like an RPC
 * server that computes; so the agent is asked beside it. Any answer will do.
 */
final class Pings {

    /** So many in a row; one may be lost on a host that is busy. */
    private static final int MISSED = 3;

    private final HttpClient client;
    private final Duration every;

    /**
     * @param every how long after an answer the next is asked for
     * @param patience how long an answer may take
     */
    Pings(Duration every, Duration patience) {
        this.every = every;
        this.client =
                HttpClient.create(ConnectionProvider.newConnection())
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                Math.toIntExact(patience.toMillis()))
                        .responseTimeout(patience)
                        .keepAlive(false)
                        .disableRetry(true);
    }

    /** Completes with what to say when the agent has not answered for too long. */
    Mono<String> silence(InetSocketAddress agent) {
        return Flux.defer(() -> answers(agent))
                .delaySubscription(every)
                .repeat()
                .scan(0, (missed, answers) -> answers ? 0 : missed + 1)
                .filter(missed -> missed >= MISSED)
                .next()
                .map(missed -> "agent at %s: no answer to %d calls".formatted(agent, missed));
    }

    private Mono<Boolean> answers(InetSocketAddress agent) {
        return client.remoteAddress(() -> agent)
                .get()
                .uri("/")
                .response((_, _) -> Mono.just(true))
                .next()
                .onErrorReturn(false);
    }
}
