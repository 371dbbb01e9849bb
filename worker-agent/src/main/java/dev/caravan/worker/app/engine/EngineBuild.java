package dev.caravan.worker.app.engine;

import java.util.List;

/**
 * Which engine this host has; groups form only of equal builds.
 *
 * @param kind "llama.cpp"
 * @param build its build name
 * @param rpcProtocol version of its RPC protocol; empty where it has no RPC server
 * @param backends what it computes with, the CPU variant included
 * @param source how it was found: "configured", "path", "debian"
 * @param cpuVariants processor generations its CPU backend can be pinned to
 */
public record EngineBuild(
        String kind,
        String build,
        String rpcProtocol,
        List<String> backends,
        String source,
        List<String> cpuVariants) {
    public EngineBuild {
        backends = List.copyOf(backends);
        cpuVariants = List.copyOf(cpuVariants);
    }

    public EngineBuild(
            String kind, String build, String rpcProtocol, List<String> backends, String source) {
        this(kind, build, rpcProtocol, backends, source, List.of());
    }
}
