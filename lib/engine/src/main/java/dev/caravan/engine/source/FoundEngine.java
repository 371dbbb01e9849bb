package dev.caravan.engine.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of an engine that has not been tried yet.
 *
 * @param source where it comes from, in words for people
 * @param server llama-server, or a script that becomes it
 * @param rpcServer rpc-server, which lends memory to another host's engine
 * @param quantize llama-quantize
 * @param files all files that decide how the engine behaves; a change of one asks for a new probe
 * @param packages version by package name, where the engine comes from packages
 */
public record FoundEngine(
        String source,
        Path server,
        Optional<Path> rpcServer,
        Optional<Path> quantize,
        List<Path> files,
        Map<String, String> packages) {

    public FoundEngine {
        files = List.copyOf(files);
        packages = Map.copyOf(packages);
    }

    /** The same files with other words on what they were unpacked from. */
    public FoundEngine withPackages(Map<String, String> changed) {
        return new FoundEngine(source, server, rpcServer, quantize, files, changed);
    }
}
