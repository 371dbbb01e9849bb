package dev.caravan.cli.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts processes that live on when the command and its terminal are gone. */
public final class Daemons {

    private Daemons() {}

    /**
     * Starts {@code command} in a session of its own, so that an interrupt at the terminal does not
     * reach it; nothing is read from the terminal, and both outputs are appended to a file.
     *
     * @param environment added to this process's own; a name with an empty value is removed
     */
    public static Process start(
            List<String> command, Map<String, String> environment, Path folder, Path output)
            throws IOException {
        List<String> detached = new ArrayList<>();
        if (find("setsid").isPresent()) {
            // keeps the pid: setsid forks only where it leads a group, and a child here never does
            detached.add("setsid");
        } else if (find("nohup").isPresent()) {
            detached.add("nohup");
        }
        detached.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(detached)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        environment.forEach(
                (name, value) -> {
                    if (value.isEmpty()) {
                        builder.environment().remove(name);
                    } else {
                        builder.environment().put(name, value);
                    }
                });
        return builder.start();
    }

    /** The first executable of this name on PATH. */
    public static Optional<Path> find(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
