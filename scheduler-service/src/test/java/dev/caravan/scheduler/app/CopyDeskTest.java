package dev.caravan.scheduler.app;

import static dev.caravan.scheduler.app.Cluster.DIGEST;
import static dev.caravan.scheduler.app.Cluster.OTHER;
import static dev.caravan.scheduler.app.Cluster.demand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loads whose file is not where the memory is. */
class CopyDeskTest {

    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(10);

    private final AtomicInteger ids = new AtomicInteger();
    private final Desk desk =
            new Desk(
                    new Settings(4, 4096, LOAD_TIMEOUT, Duration.ofMinutes(1), 0, Map.of()),
                    () -> new ReplicaId("r" + ids.incrementAndGet()));
    private final Cluster cluster = new Cluster();
    private long now = 1_000_000;

    @BeforeEach
    void theHolderHasNoMemory() {
        desk.said(cluster.agent("a", 10, DIGEST));
        desk.said(cluster.agent("b", 8192, OTHER));
        desk.introduced();
        desk.lead(7, Map.of());
    }

    @Test
    void anAgentWithTheMemoryTakesTheFileOverBeforeItLoads() {
        Load load = ask(DIGEST);

        Work work = desk.settle(now);

        assertThat(work.settled()).isEmpty();
        assertThat(work.puts()).isEmpty();
        assertThat(desk.dueCopies())
                .containsExactly(
                        new CopyOrder(
                                new AgentId("b"),
                                "http://b",
                                Cluster.name(DIGEST),
                                DIGEST,
                                List.of("http://a")));
        assertThat(desk.dueCopies()).isEmpty();
        assertThat(desk.settle(now).settled()).doesNotContainKey(load);
        assertThat(desk.dueCopies()).isEmpty();

        desk.said(cluster.agent("b", 8192, OTHER, DIGEST));

        assertThat(desk.settle(now).puts())
                .singleElement()
                .satisfies(put -> assertThat(put.agent()).isEqualTo(new AgentId("b")));
    }

    @Test
    void aFileThatCannotBeTakenOverFailsTheLoadForWantOfMemory() {
        Load load = ask(DIGEST);
        desk.settle(now);
        CopyOrder order = desk.dueCopies().getFirst();

        desk.copyFailed(order);

        assertThat(desk.settle(now).settled().get(load))
                .isInstanceOfSatisfying(
                        LoadOutcome.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(FaultCode.NO_CAPACITY));
        assertThat(desk.dueCopies()).isEmpty();
    }

    @Test
    void theNextAgentTakesTheFileOverWhereOneCannot() {
        desk.said(cluster.agent("c", 8192, OTHER));
        ask(DIGEST);
        desk.settle(now);
        CopyOrder order = desk.dueCopies().getFirst();

        desk.copyFailed(order);
        desk.settle(now);

        assertThat(desk.dueCopies()).extracting(CopyOrder::agent).containsExactly(new AgentId("c"));
    }

    @Test
    void aCopyThatGoesOnIsWaitedForAndOneThatStallsIsNot() {
        Load load = ask(DIGEST);
        desk.settle(now);
        CopyOrder order = desk.dueCopies().getFirst();

        now += LOAD_TIMEOUT.toMillis() - 1;
        desk.copyAdvanced(order, "1");
        assertThat(desk.settle(now).settled()).isEmpty();
        now += LOAD_TIMEOUT.toMillis() - 1;
        assertThat(desk.settle(now).settled()).isEmpty();
        now += 2;

        assertThat(desk.settle(now).settled()).containsKey(load);
    }

    @Test
    void aFileThatIsThereIsWaitedForUntilTheAgentReportsIt() {
        ask(DIGEST);
        desk.settle(now);
        desk.copyEnded(desk.dueCopies().getFirst(), now);

        assertThat(desk.settle(now + 5_000).settled()).isEmpty();
        assertThat(desk.settle(now + 11_000).settled()).hasSize(1);
    }

    private Load ask(ModelDigest digest) {
        return ((Asked.Joined) desk.ask(demand(digest, 4096), now)).load();
    }
}
