package dev.caravan.scheduler.adapter.agent;

import dev.caravan.core.cluster.Version;
import dev.caravan.scheduler.app.AgentLink;
import dev.caravan.scheduler.app.DesiredState;
import dev.caravan.scheduler.translation.Wishes;
import dev.caravan.wire.DesiredAnswer;
import dev.caravan.wire.Routes;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Puts desired engines to {@code /internal/v1/desired}; 409 carries the version that is held. */
public final class HttpAgentLink implements AgentLink {

    /** An agent only writes the wish down before it answers. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final WebClient client;

    public HttpAgentLink(WebClient client) {
        this.client = client;
    }

    @Override
    public Mono<Answer> offer(String address, DesiredState state) {
        return client.put()
                .uri(address + Routes.DESIRED)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Wishes.message(state))
                .exchangeToMono(HttpAgentLink::read)
                .timeout(TIMEOUT);
    }

    private static Mono<Answer> read(ClientResponse response) {
        boolean refused = response.statusCode().isSameCodeAs(HttpStatus.CONFLICT);
        if (!refused && !response.statusCode().is2xxSuccessful()) {
            return response.createError();
        }
        return response.bodyToMono(DesiredAnswer.class)
                .map(
                        answer -> {
                            Version held = new Version(answer.epoch(), answer.generation());
                            return refused || !answer.accepted()
                                    ? new Answer.Refused(held)
                                    : new Answer.Accepted(held);
                        });
    }
}
