package dev.caravan.engine;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.FolderTree;
import dev.caravan.engine.source.FoundEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Tries an engine once: a tiny model, one token by the whole engine and one by a split over an
 * rpc-server, and learns from it what the engine is. An engine without a working rpc-server is of
 * use all the same; one that cannot answer is not.
 */
final class EngineProbe {

    private static final int SPLIT_TRIES = 2;

    private final EngineHome home;

    EngineProbe(EngineHome home) {
        this.home = home;
    }

    /**
     * Blocks for about two seconds, two minutes at most for each part.
     *
     * @throws EngineException if the engine does not answer; the message names the binary, its exit
     *     code and its last lines, and nothing of the try is left behind
     */
    EngineInstallation probe(FoundEngine found) {
        try {
            Path folder =
                    Files.createTempDirectory(Files.createDirectories(home.folder()), "probe-");
            try (ProbeBench bench = new ProbeBench(folder)) {
                return probe(found, bench);
            } finally {
                FolderTree.delete(folder);
            }
        } catch (IOException e) {
            throw new EngineException(
                    "%s could not be tried: %s".formatted(found.server(), e.getMessage()), e);
        }
    }

    private static EngineInstallation probe(FoundEngine found, ProbeBench bench)
            throws IOException {
        String version = bench.version(found.server());
        ProbeBench.Answer whole = bench.whole(found.server());
        Split split = split(found, bench);
        return new EngineInstallation(
                found.source(),
                found.server(),
                found.rpcServer(),
                found.quantize(),
                EngineLog.build(version).orElse(whole.buildInfo()),
                version,
                split.protocol(),
                split.fault(),
                whole.backends(),
                found.packages());
    }

    private record Split(Optional<String> protocol, Optional<String> fault) {}

    private static Split split(FoundEngine found, ProbeBench bench) throws IOException {
        if (found.rpcServer().isEmpty()) {
            return new Split(Optional.empty(), Optional.empty());
        }
        EngineException fault = new EngineException("not tried");
        // An rpc-server cannot choose its port, and another process may take the one chosen for it.
        for (int tries = 0; tries < SPLIT_TRIES; tries++) {
            try {
                String protocol = bench.split(found.server(), found.rpcServer().get());
                return new Split(Optional.of(protocol), Optional.empty());
            } catch (EngineException e) {
                fault = e;
            }
        }
        return new Split(Optional.empty(), Optional.of(String.valueOf(fault.getMessage())));
    }
}
