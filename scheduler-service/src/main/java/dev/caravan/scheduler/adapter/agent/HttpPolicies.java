package dev.caravan.scheduler.adapter.agent;

import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.ModelPolicy;
import dev.caravan.scheduler.app.PolicyLink;
import dev.caravan.scheduler.translation.PolicyMessages;
import dev.caravan.wire.PolicyChange;
import dev.caravan.wire.Routes;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Puts policies to {@code /internal/v1/models/policy}; 404 and 409 mean that it was not taken. */
public final class HttpPolicies implements PolicyLink {

    /** An agent only writes a small file before it answers. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final WebClient client;

    public HttpPolicies(WebClient client) {
        this.client = client;
    }

    @Override
    public Mono<Boolean> offer(String address, ModelRef model, ModelPolicy policy) {
        return client.put()
                .uri(address + Routes.MODEL_POLICY)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(new PolicyChange(model.display(), PolicyMessages.message(policy)))
                .exchangeToMono(HttpPolicies::read)
                .timeout(TIMEOUT);
    }

    private static Mono<Boolean> read(ClientResponse response) {
        boolean taken = response.statusCode().is2xxSuccessful();
        boolean refused =
                response.statusCode().isSameCodeAs(HttpStatus.NOT_FOUND)
                        || response.statusCode().isSameCodeAs(HttpStatus.CONFLICT);
        return taken || refused ? response.releaseBody().thenReturn(taken) : response.createError();
    }
}
