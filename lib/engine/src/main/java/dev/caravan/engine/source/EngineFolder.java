package dev.caravan.engine.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder of llama.cpp's executables, as a build, a release archive or a distribution lays it out.
 */
public final class EngineFolder {

    private static final String SERVER = "llama-server";

    private EngineFolder() {}

    /** Empty if the folder does not hold an executable llama-server. */
    public static Optional<FoundEngine> engineIn(Path folder, String source) {
        return executable(folder, SERVER).map(server -> found(folder, source, server));
    }

    private static FoundEngine found(Path folder, String source, Path server) {
        var rpcServer =
                executable(folder, "ggml-rpc-server").or(() -> executable(folder, "rpc-server"));
        var quantize = executable(folder, "llama-quantize");
        List<Path> files = new ArrayList<>(List.of(server));
        rpcServer.ifPresent(files::add);
        quantize.ifPresent(files::add);
        files.addAll(libraries(server));
        return new FoundEngine(source, server, rpcServer, quantize, files, Map.of());
    }

    private static Optional<Path> executable(Path folder, String name) {
        return Optional.of(folder.resolve(name).toAbsolutePath())
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable);
    }

    /**
     * llama.cpp's own libraries, which a build puts beside the executables or in {@code ../lib}.
     */
    private static List<Path> libraries(Path server) {
        try {
            return Stream.of(".", "../lib")
                    .map(server.toRealPath()::resolveSibling)
                    .filter(Files::isDirectory)
                    .flatMap(EngineFolder::librariesIn)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> librariesIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .filter(
                            file ->
                                    file.getFileName()
                                            .toString()
                                            .matches("lib(ggml|llama|mtmd).*\\.(so|dylib).*"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
