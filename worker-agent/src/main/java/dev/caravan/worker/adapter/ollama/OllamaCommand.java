package dev.caravan.worker.adapter.ollama;

import dev.caravan.engine.process.ProcessSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How {@code ollama serve} is started.
 *
 * @param name the program's path, or its name on {@code path}
 * @param path folders as in PATH
 * @param settings Ollama's own, beside its address
 * @param folder for its log; its working directory
 */
record OllamaCommand(String name, String path, Map<String, String> settings, Path folder) {

    private static final String LOG = "ollama.log";
    private static final long LOG_BYTES = 1 << 20;
    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    /** All but the questions that are asked on a timer: a crash's last lines would be of them. */
    private static final String KEPT_LINES =
            "^([^[]|$)|^\\[([^G]|$)|^\\[GIN\\].*(POST|PUT|DELETE|HEAD) ";

    OllamaCommand {
        settings = Map.copyOf(settings);
    }

    /**
     * @throws IOException where there is no such program; the message names it
     */
    ProcessSpec on(int port) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>(settings);
        environment.put("OLLAMA_HOST", address(port).authority());
        return new ProcessSpec(
                List.of(program().toString(), "serve"),
                environment,
                folder,
                log(),
                LOG_BYTES,
                Optional.of(KEPT_LINES));
    }

    OllamaUrl address(int port) {
        return OllamaUrl.parse("127.0.0.1:" + port);
    }

    Path log() {
        return folder.resolve(LOG);
    }

    /** Looked for each time: it may have been installed meanwhile. */
    private Path program() throws IOException {
        return candidates()
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElseThrow(() -> new IOException(missing()));
    }

    private Stream<Path> candidates() {
        return name.indexOf(File.separatorChar) >= 0
                ? Stream.of(Path.of(name).toAbsolutePath())
                : SEPARATOR
                        .splitAsStream(path)
                        .filter(part -> !part.isBlank())
                        .map(part -> Path.of(part).resolve(name))
                        .filter(Path::isAbsolute);
    }

    private String missing() {
        return "caravan.worker.ollama.command: %s (expected: an executable file, or the name of one on PATH)"
                .formatted(name);
    }
}
