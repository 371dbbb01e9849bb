package dev.caravan.gateway.app.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class FormerCopiesTest {

    private static final URI MAKER = URI.create("http://maker");
    private static final URI SAME = URI.create("http://same");
    private static final URI OLDER = URI.create("http://older");
    private static final URI NEWER = URI.create("http://newer");
    private static final URI NONE = URI.create("http://none");
    private static final ModelRef NAME = ModelRef.parse("m").orElseThrow();
    private static final String DIGEST = "ab".repeat(32);

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private final List<URI> deleted = new ArrayList<>();
    private final AgentStores stores =
            fake(
                    AgentStores.class,
                    (method, agent) ->
                            method.equals("addresses")
                                    ? List.of(MAKER, SAME, OLDER, NEWER, NONE)
                                    : show(agent));

    @Test
    void takesTheNameFromThoseWhoHaveAnEarlierModelUnderIt() {
        AgentTransfers transfers =
                fake(
                        AgentTransfers.class,
                        (_, agent) -> Mono.fromRunnable(() -> deleted.add(agent)));

        new FormerCopies(stores, transfers).remove(shown(DIGEST, NOW), List.of(MAKER)).block();

        assertThat(deleted).containsExactly(OLDER);
    }

    @Test
    void tellsWhoDoesNotGiveItUp() {
        AgentTransfers transfers =
                fake(
                        AgentTransfers.class,
                        (_, _) ->
                                Mono.error(
                                        new CaravanException(
                                                FaultCode.UPSTREAM_FAILED, "disk is away")));
        FormerCopies copies = new FormerCopies(stores, transfers);

        assertThatThrownBy(() -> copies.remove(shown(DIGEST, NOW), List.of(MAKER)).block())
                .hasMessage(
                        "made, but http://older still has the model before under that name: disk is away");
    }

    private static Mono<ShownModel> show(URI agent) {
        return agent.equals(NONE)
                ? Mono.error(new CaravanException(FaultCode.MODEL_NOT_FOUND, "not here"))
                : Mono.just(
                        shown(
                                agent.equals(SAME) ? DIGEST : "cd".repeat(32),
                                agent.equals(NEWER) ? NOW.plusSeconds(1) : NOW.minusSeconds(1)));
    }

    private static ShownModel shown(String digest, Instant modifiedAt) {
        return new ShownModel(
                NAME,
                digest,
                modifiedAt,
                ModelDescription.UNKNOWN,
                List.of(),
                "",
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of());
    }

    private interface Answer {
        Object of(String method, URI agent);
    }

    private static <T> T fake(Class<T> port, Answer answer) {
        return port.cast(
                Proxy.newProxyInstance(
                        port.getClassLoader(),
                        new Class<?>[] {port},
                        (_, method, arguments) ->
                                answer.of(
                                        method.getName(),
                                        arguments == null ? MAKER : (URI) arguments[0])));
    }
}
