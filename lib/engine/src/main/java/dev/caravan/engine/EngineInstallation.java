package dev.caravan.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An engine that was tried and works.
 *
 * @param source where it comes from, in words: {@code PATH}, {@code Debian packages}
 * @param server llama-server
 * @param rpcServer rpc-server, if it has one
 * @param quantize llama-quantize, if it has one
 * @param build the build that engines of one group must share, such as {@code b11669}
 * @param version the version as the engine prints it
 * @param rpcProtocol the RPC protocol's version, such as {@code 8.0.0}; empty without a working
 *     rpc-server
 * @param rpcFault why a split over an rpc-server did not work; empty if it did, or there is none
 * @param backends the compute backends that it loaded on this host
 * @param packages version by package name, where it comes from packages
 */
public record EngineInstallation(
        String source,
        Path server,
        Optional<Path> rpcServer,
        Optional<Path> quantize,
        String build,
        String version,
        Optional<String> rpcProtocol,
        Optional<String> rpcFault,
        List<Backend> backends,
        Map<String, String> packages) {

    public EngineInstallation {
        backends = List.copyOf(backends);
        packages = Map.copyOf(packages);
    }

    /** Whether a model was split over this engine's rpc-server and gave a token. */
    public boolean rpcWorks() {
        return rpcServer.isPresent() && rpcFault.isEmpty();
    }

    /** The processor generation of the CPU backend; empty if the engine has only one kind. */
    public Optional<String> cpuVariant() {
        return backends.stream().flatMap(backend -> backend.cpuVariant().stream()).findFirst();
    }
}
