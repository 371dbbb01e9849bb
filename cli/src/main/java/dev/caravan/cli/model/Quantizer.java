package dev.caravan.cli.model;

import dev.caravan.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes smaller files with the engine's own {@code llama-quantize}. */
public final class Quantizer {

    private static final long MOST_MINUTES = 30;
    private static final int LAST_LINES = 5;

    private final Path program;

    public Quantizer(Path program) {
        this.program = program;
    }

    /**
     * Blocks until it is done.
     *
     * @throws CliException if the program fails, with its last lines
     */
    void quantize(Path source, Path target, FixtureType type) throws IOException {
        Path said = Files.createTempFile(target.toAbsolutePath().getParent(), "quantize-", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(
                                program.toString(),
                                source.toString(),
                                target.toString(),
                                type.name(),
                                "1")
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().put("GGML_NO_BACKTRACE", "1");
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
            if (!ended || process.exitValue() != 0) {
                List<String> lines =
                        Files.readString(said, StandardCharsets.UTF_8).lines().toList();
                throw new CliException(
                        "%s: %s (expected: exit 0); its last lines:\n%s"
                                .formatted(
                                        program,
                                        ended
                                                ? "exit " + process.exitValue()
                                                : "not done in " + MOST_MINUTES + " min",
                                        String.join(
                                                "\n",
                                                lines.subList(
                                                        Math.max(0, lines.size() - LAST_LINES),
                                                        lines.size()))));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while quantizing " + source);
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(said);
        }
    }
}
