package dev.caravan.health.adapter.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.health.app.Answer;
import dev.caravan.wire.AgentReport;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Mono;

class HttpAgentQuestionsTest {

    private static final URI ADDRESS = URI.create("http://127.0.0.1:9");

    @Test
    void aRefusedConnectionIsAnAnswerOfTheHost() {
        assertThat(
                        askWhere(
                                new ConnectException(
                                        "finishConnect(..) failed: Connection refused: /127.0.0.1:9")))
                .isInstanceOf(Answer.Refused.class);
    }

    @Test
    void aHostThatCannotBeReachedIsToldFromOneThatRefuses() {
        for (ConnectException failure :
                List.of(
                        new ConnectException("finishConnect(..) failed: No route to host"),
                        new ConnectTimeoutException("connection timed out after 1000 ms: /10.9"))) {
            assertThat(askWhere(failure))
                    .isInstanceOfSatisfying(
                            Answer.Unreachable.class,
                            unreachable ->
                                    assertThat(unreachable.reason())
                                            .contains(ADDRESS + ": not reachable from the health")
                                            .contains("--advertise"));
        }
        assertThat(askWhere(new ConnectTimeoutException("after 1000 ms")).toString())
                .contains("connection timed out");
    }

    private static Answer<AgentReport> askWhere(ConnectException connectingFailsWith) {
        WebClient client =
                WebClient.builder()
                        .exchangeFunction(
                                request ->
                                        Mono.error(
                                                new WebClientRequestException(
                                                        connectingFailsWith,
                                                        HttpMethod.GET,
                                                        ADDRESS,
                                                        HttpHeaders.EMPTY)))
                        .build();
        return Objects.requireNonNull(
                new HttpAgentQuestions(client, (address, took) -> {}).ask(ADDRESS, -1).block());
    }
}
