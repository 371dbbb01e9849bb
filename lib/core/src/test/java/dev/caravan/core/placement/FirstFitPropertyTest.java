package dev.caravan.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.HeldEngine.Use;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loads of random size are placed on random hosts that hold two agents each; nothing becomes
 * resident in between, so only the promises keep the next load from the same bytes.
 */
class FirstFitPropertyTest {

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverPromisesMoreThanAHostOrAnAgentHas(int seed) {
        var random = new Random(seed);
        var cluster = new Cluster(random);

        for (int load = 0; load < 40; load++) {
            cluster.place("load-" + load, 1 + random.nextInt(400));

            cluster.assertNothingIsBookedTwice();
        }
    }

    /** What a scheduler would keep: rooms, with the promised engines added to them. */
    private static final class Cluster {
        private final Random random;
        private final Map<AgentId, AgentRoom> rooms = new HashMap<>();

        Cluster(Random random) {
            this.random = random;
            int hosts = 1 + random.nextInt(4);
            for (int host = 0; host < hosts; host++) {
                long total = 500 + random.nextInt(1500);
                long available = random.nextLong(total + 1);
                for (int agent = 0; agent < 2; agent++) {
                    var id = new AgentId("h" + host + "-" + agent);
                    long budget = random.nextLong(total + 1);
                    rooms.put(
                            id,
                            new AgentRoom(
                                    id,
                                    "h" + host,
                                    new ByteSize(total),
                                    new ByteSize(available),
                                    new ByteSize(budget),
                                    ByteSize.ZERO,
                                    List.of()));
                }
            }
        }

        void place(String id, long need) {
            List<AgentId> candidates = new ArrayList<>(rooms.keySet());
            candidates.removeIf(_ -> random.nextInt(4) == 0);
            if (candidates.isEmpty()) {
                return;
            }
            Placement placement =
                    FirstFit.place(new ByteSize(need), candidates, List.copyOf(rooms.values()));
            if (placement instanceof Placement.Single(AgentId agent, List<ReplicaId> evict)) {
                assertThat(candidates).contains(agent);
                assertThat(idle()).containsAll(evict);
                rooms.replaceAll((_, room) -> without(room, new HashSet<>(evict)));
                rooms.computeIfPresent(agent, (_, room) -> with(room, id, need));
            }
        }

        private Set<ReplicaId> idle() {
            Set<ReplicaId> idle = new HashSet<>();
            for (AgentRoom room : rooms.values()) {
                for (HeldEngine engine : room.engines()) {
                    if (engine.use() == Use.IDLE) {
                        idle.add(engine.replica());
                    }
                }
            }
            return idle;
        }

        private AgentRoom with(AgentRoom room, String id, long need) {
            List<HeldEngine> engines = new ArrayList<>(room.engines());
            engines.add(
                    new HeldEngine(
                            new ReplicaId(id),
                            new ByteSize(need),
                            ByteSize.ZERO,
                            random.nextBoolean() ? Use.IDLE : Use.BUSY,
                            random.nextInt(100)));
            return copy(room, engines);
        }

        private static AgentRoom without(AgentRoom room, Set<ReplicaId> gone) {
            return copy(
                    room,
                    room.engines().stream()
                            .filter(held -> !gone.contains(held.replica()))
                            .toList());
        }

        private static AgentRoom copy(AgentRoom room, List<HeldEngine> engines) {
            return new AgentRoom(
                    room.agent(),
                    room.hostId(),
                    room.total(),
                    room.available(),
                    room.budget(),
                    room.used(),
                    engines);
        }

        void assertNothingIsBookedTwice() {
            Map<String, Long> perHost = new HashMap<>();
            for (AgentRoom room : rooms.values()) {
                long booked = room.engines().stream().mapToLong(held -> held.need().bytes()).sum();
                assertThat(booked).isLessThanOrEqualTo(room.budget().bytes());
                perHost.merge(room.hostId(), booked, Long::sum);
            }
            for (AgentRoom room : rooms.values()) {
                assertThat(perHost.get(room.hostId()))
                        .isLessThanOrEqualTo(room.available().bytes());
            }
        }
    }
}
