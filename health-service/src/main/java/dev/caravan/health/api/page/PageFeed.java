package dev.caravan.health.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.health.app.Judgement;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.WireJson;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The newest state as an event, made once for all that look on. */
final class PageFeed {

    /**
     * @param number grows with each state that differs from the one before
     * @param bytes a server-sent event; not to be written to
     */
    record Event(long number, byte[] bytes) {}

    private record Made(Judgement<AgentReport> from, PageState state, Event event) {}

    private final Supplier<Judgement<AgentReport>> judgements;
    private @Nullable Made last;

    PageFeed(Supplier<Judgement<AgentReport>> judgements) {
        this.judgements = judgements;
    }

    synchronized Event newest() {
        Judgement<AgentReport> judgement = judgements.get();
        Made before = last;
        if (before != null && before.from() == judgement) {
            return before.event();
        }
        PageState state = PageStates.of(judgement);
        Event event =
                before != null && before.state().equals(state)
                        ? before.event()
                        : new Event(before == null ? 1 : before.event().number() + 1, bytes(state));
        last = new Made(judgement, state, event);
        return event;
    }

    private static byte[] bytes(PageState state) {
        return ("retry: 2000\nevent: state\ndata: "
                        + WireJson.mapper().writeValueAsString(state)
                        + "\n\n")
                .getBytes(UTF_8);
    }
}
