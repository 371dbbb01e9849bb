package dev.caravan.worker.adapter.llamacpp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The logs of engines that have ended: each load leaves one, and only the last ones are of use. */
final class EngineLogs {

    private EngineLogs() {}

    /**
     * Removes all but the logs that were written to last; those of running engines are among them.
     */
    static void keepNewest(Path folder, int number) throws IOException {
        List<Path> logs;
        try (Stream<Path> files = Files.list(folder)) {
            logs =
                    files.filter(file -> file.getFileName().toString().matches(".+\\.log(\\.1)?"))
                            .sorted(Comparator.comparing(EngineLogs::written).reversed())
                            .toList();
        }
        for (Path old : logs.subList(Math.min(number, logs.size()), logs.size())) {
            Files.deleteIfExists(old);
        }
    }

    private static long written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
