package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which engine an agent has; groups form only of equal builds.
 *
 * @param kind "llama.cpp"
 * @param build the engine's build name
 * @param rpcProtocol version of its RPC protocol; empty where it has no RPC server
 * @param backends what it computes with, the CPU variant included
 * @param source how it was found: "configured", "path", "debian"
 * @param cpuVariants processor generations its CPU backend can be pinned to; absent from agents
 *     that do not tell
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EngineBuild(
        String kind,
        String build,
        String rpcProtocol,
        List<String> backends,
        String source,
        @Nullable List<String> cpuVariants) {

    public EngineBuild(
            String kind, String build, String rpcProtocol, List<String> backends, String source) {
        this(kind, build, rpcProtocol, backends, source, null);
    }
}
