package dev.caravan.core.placement;

import dev.caravan.core.model.ModelFacts;
import java.util.List;

/**
 * A model that looks for memory.
 *
 * @param contextLength tokens of context of each slot, at least 1
 * @param slots requests its engine runs at once, at least 1
 * @param peers agents that could take part, in the order of preference
 * @param rooms of all agents, the peers among them
 */
public record FitRequest(
        ModelFacts facts,
        int contextLength,
        int slots,
        Spread spread,
        List<Peer> peers,
        List<AgentRoom> rooms) {

    public FitRequest {
        if (contextLength < 1 || slots < 1) {
            throw new IllegalArgumentException(
                    "context %d, slots %d (expected: both >= 1)".formatted(contextLength, slots));
        }
        peers = List.copyOf(peers);
        rooms = List.copyOf(rooms);
        for (Peer peer : peers) {
            if (rooms.stream().noneMatch(room -> room.agent().equals(peer.agent()))) {
                throw new IllegalArgumentException(
                        "peer %s (expected: one of the rooms)".formatted(peer.agent()));
            }
        }
    }

    FitRequest withContext(int other) {
        return new FitRequest(facts, other, slots, spread, peers, rooms);
    }
}
