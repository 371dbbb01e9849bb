package dev.caravan.wire;

import java.util.List;

/** Agents that the scheduler uses for no plan of some model at present. */
public record LeftOutMessage(List<Agent> agents) {

    public LeftOutMessage {
        agents = List.copyOf(agents);
    }

    /**
     * @param until milliseconds since 1970
     * @param reason for people; names the model
     */
    public record Agent(String agentId, long until, String reason) {}
}
