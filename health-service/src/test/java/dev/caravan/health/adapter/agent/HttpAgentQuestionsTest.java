package dev.caravan.health.adapter.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.health.app.Answer;
import dev.caravan.wire.AgentReport;
import java.net.ConnectException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
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
        assertThat(askWhere("finishConnect(..) failed: Connection refused: /127.0.0.1:9"))
                .isInstanceOf(Answer.Refused.class);
    }

    @Test
    void aHostThatCannotBeReachedIsSilent() {
        assertThat(askWhere("finishConnect(..) failed: No route to host: /127.0.0.1:9"))
                .isInstanceOf(Answer.Silent.class);
    }

    private static @Nullable Answer<AgentReport> askWhere(String connectingFailsWith) {
        WebClient client =
                WebClient.builder()
                        .exchangeFunction(
                                request ->
                                        Mono.error(
                                                new WebClientRequestException(
                                                        new ConnectException(connectingFailsWith),
                                                        HttpMethod.GET,
                                                        ADDRESS,
                                                        HttpHeaders.EMPTY)))
                        .build();
        return new HttpAgentQuestions(client, (address, took) -> {}).ask(ADDRESS, -1).block();
    }
}
