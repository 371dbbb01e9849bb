package dev.caravan.worker.app.group;

import java.util.List;
import java.util.Map;

/**
 * All that a running RPC server cannot change any more: two members with equal ones may have the
 * same process, one after the other.
 *
 * @param command with all its switches but the port
 * @param environment added to the agent's own
 */
public record RpcSetup(List<String> command, Map<String, String> environment) {

    public RpcSetup {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
