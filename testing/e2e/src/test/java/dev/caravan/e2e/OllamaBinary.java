package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The {@code ollama} that {@code -Dollama.binary} names, as the command that people type. */
final class OllamaBinary {

    private static final Pattern TERMINAL = Pattern.compile("\u001B\\[[0-9;?]*[a-zA-Z]");

    private final Path binary;
    private final Path home;

    /**
     * @param home where it keeps what it writes for its user
     */
    OllamaBinary(Path home) {
        this.binary = path();
        this.home = home;
    }

    static Path path() {
        String path = System.getProperty("ollama.binary", "");
        assertThat(path).as("-Dollama.binary (expected: the path of an ollama)").isNotEmpty();
        assertThat(Path.of(path)).isExecutable();
        return Path.of(path);
    }

    /**
     * @param out without what is meant for terminals
     */
    record Said(int exit, String out, String err) {

        /** What it said where it ended well. */
        String well() {
            assertThat(exit).as("%s\n%s", out, err).isZero();
            return out;
        }
    }

    /** Types a command for the server at that address. */
    Said say(URI server, String... words) {
        return pipe("", server, words);
    }

    /**
     * @param piped into it
     */
    Said pipe(String piped, URI server, String... words) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(words));
        try {
            Path out = Files.createTempFile(home, "said-", ".out");
            Path err = Files.createTempFile(home, "said-", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(home.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().put("OLLAMA_HOST", server.toString());
            builder.environment().put("HOME", home.toString());
            Process process = builder.start();
            try (var in = process.getOutputStream()) {
                in.write(piped.getBytes(UTF_8));
            }
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " did not end");
            }
            return new Said(process.exitValue(), plain(out), plain(err));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static String plain(Path said) throws IOException {
        return TERMINAL.matcher(Files.readString(said)).replaceAll("");
    }
}
