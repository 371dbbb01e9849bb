package dev.caravan.health.adapter.agent;

import dev.caravan.health.api.HealthShapes;
import dev.caravan.health.app.AgentQuestions;
import dev.caravan.health.app.Answer;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Routes;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClientRequest;
import reactor.util.function.Tuple2;

/** Asks for reports with GET; every reason names the address. */
public final class HttpAgentQuestions implements AgentQuestions<AgentReport> {

    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final WebClient client;
    private final BiConsumer<URI, Duration> timings;

    /**
     * @param timings told how long each answer took
     */
    public HttpAgentQuestions(WebClient client, BiConsumer<URI, Duration> timings) {
        this.client = client;
        this.timings = timings;
    }

    @Override
    public Mono<Answer<AgentReport>> ask(URI address, long since) {
        return client.get()
                .uri(question(address, since))
                .httpRequest(HttpAgentQuestions::limit)
                .exchangeToMono(response -> answer(address, response))
                .timeout(PATIENCE.multipliedBy(2))
                .elapsed()
                .doOnNext(timed -> timings.accept(address, Duration.ofMillis(timed.getT1())))
                .map(Tuple2::getT2)
                .onErrorResume(failure -> Mono.just(failed(address, failure)));
    }

    /** On the channel, where an answer and its timeout cannot meet; the later one is the net. */
    private static void limit(ClientHttpRequest request) {
        HttpClientRequest channel = request.getNativeRequest();
        channel.responseTimeout(PATIENCE);
    }

    private static URI question(URI address, long since) {
        var question = UriComponentsBuilder.fromUri(address).path(Routes.REPORT);
        return (since < 0 ? question : question.queryParam("since", since)).build().toUri();
    }

    private static Mono<Answer<AgentReport>> answer(URI address, ClientResponse response) {
        if (response.statusCode().isSameCodeAs(HttpStatus.NO_CONTENT)) {
            return response.releaseBody().thenReturn(new Answer.Unchanged<>());
        }
        if (response.statusCode().isSameCodeAs(HttpStatus.OK)) {
            return response.bodyToMono(AgentReport.class)
                    .map(report -> new Answer.Report<>(HealthShapes.reading(report)));
        }
        return response.releaseBody()
                .thenReturn(
                        new Answer.Silent<>(
                                "%s: status %d (expected: 200 or 204%s)"
                                        .formatted(
                                                address,
                                                response.statusCode().value(),
                                                response.statusCode()
                                                                .isSameCodeAs(
                                                                        HttpStatus.UNAUTHORIZED)
                                                        ? "; it has another cluster token"
                                                        : "")));
    }

    private static Answer<AgentReport> failed(URI address, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isRefusal(cause)) {
                return new Answer.Refused<>(
                        address + ": connection refused (expected: an agent that listens there)");
            }
        }
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        if (isUnreachable(root)) {
            return new Answer.Unreachable<>(
                    "%s: not reachable from the health service: %s (expected: the address of an interface that it has a way to; set another with --advertise or --interface, or open the firewall)"
                            .formatted(address, unreachable(root)));
        }
        return new Answer.Silent<>(
                "%s: no answer: %s (expected: a report within %d ms)"
                        .formatted(address, root, PATIENCE.toMillis()));
    }

    /** No connection came about, and nobody refused it. */
    private static boolean isUnreachable(Throwable cause) {
        return cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || cause instanceof UnknownHostException
                || String.valueOf(cause.getMessage()).contains("unreachable");
    }

    private static String unreachable(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "connection timed out";
        }
        return String.valueOf(cause.getMessage());
    }

    /** The same exception also tells of hosts and networks that cannot be reached from here. */
    private static boolean isRefusal(Throwable cause) {
        return cause instanceof ConnectException
                && String.valueOf(cause.getMessage()).contains("refused");
    }
}
