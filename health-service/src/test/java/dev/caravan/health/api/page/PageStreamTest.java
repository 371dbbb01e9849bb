package dev.caravan.health.api.page;

import static dev.caravan.health.api.page.ReportsOfTheTest.agent;
import static dev.caravan.health.api.page.ReportsOfTheTest.judged;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.health.app.Judgement;
import dev.caravan.wire.AgentReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

class PageStreamTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicReference<Judgement<AgentReport>> judgement =
            new AtomicReference<>(judged());
    private final PageStream stream = new PageStream(new PageFeed(judgement::get)::newest, time);
    private final List<String> written = new ArrayList<>();
    private final AtomicBoolean ready = new AtomicBoolean(true);
    private final AtomicBoolean cut = new AtomicBoolean();
    private final PageStream.Wire wire =
            new PageStream.Wire() {
                @Override
                public boolean ready() {
                    return ready.get();
                }

                @Override
                public void cut() {
                    cut.set(true);
                }
            };

    @Test
    void sendsTheStateAtOnceAndThenOnlyWhatDiffers() {
        look();
        time.advanceTimeBy(PageStream.PACE);
        assertThat(written).hasSize(1);
        assertThat(written.getFirst())
                .startsWith("retry: 2000\nevent: state\ndata: {")
                .endsWith("\n\n");

        judgement.set(judged());
        time.advanceTimeBy(PageStream.PACE);
        assertThat(written).hasSize(1);

        change("a");
        time.advanceTimeBy(PageStream.PACE);
        assertThat(written).hasSize(2);
        assertThat(written.getLast()).contains("\"id\":\"a\"");
    }

    @Test
    void sendsAHeartbeatWhereNothingChanges() {
        look();

        time.advanceTimeBy(PageStream.HEARTBEAT.multipliedBy(3));

        assertThat(written).hasSize(4);
        assertThat(written.subList(1, 4)).allMatch(text -> text.startsWith(": heartbeat\n"));
    }

    @Test
    void aSlowBrowserGetsOnlyTheNewestStateWhenItIsReadyForIt() {
        look();
        time.advanceTimeBy(PageStream.PACE);
        ready.set(false);

        for (int number = 0; number < 100; number++) {
            change("agent" + number);
            time.advanceTimeBy(PageStream.PACE);
        }
        assertThat(written).hasSize(1);
        ready.set(true);
        time.advanceTimeBy(PageStream.PACE);

        assertThat(written).hasSize(2);
        assertThat(written.getLast()).contains("\"id\":\"agent99\"");
        assertThat(cut).isFalse();
    }

    @Test
    void aBrowserThatTakesNothingForAMinuteIsCutOff() {
        look();
        ready.set(false);

        time.advanceTimeBy(PageStream.PATIENCE.minus(PageStream.PACE));
        assertThat(cut).isFalse();
        time.advanceTimeBy(PageStream.PACE);

        assertThat(cut).isTrue();
    }

    @Test
    void countsThoseThatLookOnRefusesTooManyAndForgetsThoseThatLeft() {
        List<Disposable> all = new ArrayList<>();
        for (int number = 0; number < PageStream.MOST_BROWSERS; number++) {
            all.add(look());
        }
        assertThat(stream.browsers()).isEqualTo(PageStream.MOST_BROWSERS);
        assertThat(stream.open(wire)).isEmpty();

        all.forEach(Disposable::dispose);

        assertThat(stream.browsers()).isZero();
        assertThat(stream.open(wire)).isPresent();
    }

    @Test
    void endsWithTheService() {
        Disposable looking = look();

        stream.close();

        assertThat(looking.isDisposed()).isTrue();
        assertThat(stream.browsers()).isZero();
    }

    private Disposable look() {
        return writes(stream.open(wire).orElseThrow()).subscribe();
    }

    private Flux<byte[]> writes(Flux<Mono<byte[]>> occasions) {
        return occasions
                .concatMap(occasion -> occasion)
                .doOnNext(bytes -> written.add(new String(bytes, UTF_8)));
    }

    private void change(String id) {
        judgement.set(judged(agent(id, "host", "http://10.0.0.1:1", List.of(), null, List.of())));
    }
}
