package dev.caravan.scheduler.app;

import dev.caravan.core.placement.EngineKind;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The engine of an agent.
 *
 * @param rpcProtocol version of its RPC protocol; blank where it has no RPC server
 * @param backends what it computes with, the CPU variant included
 */
public record EngineStatus(String kind, String build, String rpcProtocol, List<String> backends) {

    /** The backend that reaches other hosts computes nothing. */
    private static final String RPC = "RPC";

    public EngineStatus {
        backends = List.copyOf(backends);
    }

    /**
     * @param exact whether also what it computes with has to be equal
     */
    EngineKind kind(boolean exact) {
        String computes =
                backends.stream()
                        .filter(backend -> !backend.equals(RPC))
                        .sorted()
                        .collect(Collectors.joining("+"));
        return new EngineKind(kind + " " + build, rpcProtocol, exact ? computes : "");
    }
}
