package dev.caravan.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** Clients in other languages, installed below {@code target} as their users install them. */
final class ScriptClients {

    private static final String PYTHON_CLIENT = "ollama==0.6.3";
    private static final String JS_CLIENT = "ollama@0.6.3";
    private static final Path FOLDER = Path.of("target", "script-clients").toAbsolutePath();

    private ScriptClients() {}

    /** What the script for ollama-python printed last. */
    static JsonNode python(String... arguments) throws IOException {
        require("python3", "-c", "import venv, ensurepip");
        Path home = FOLDER.resolve("python");
        Path python = home.resolve("bin/python");
        if (Files.notExists(home.resolve("installed"))) {
            run(FOLDER, List.of("python3", "-m", "venv", "--clear", home.toString()));
            run(FOLDER, List.of(python.toString(), "-m", "pip", "install", "-q", PYTHON_CLIENT));
            Files.createFile(home.resolve("installed"));
        }
        return say(home, python.toString(), "ollama_python.py", arguments);
    }

    /** What the script for ollama-js printed last. */
    static JsonNode node(String... arguments) throws IOException {
        require("node", "--version");
        require("npm", "--version");
        Path home = Files.createDirectories(FOLDER.resolve("js"));
        if (Files.notExists(home.resolve("installed"))) {
            run(home, List.of("npm", "install", "--silent", "--no-audit", "--no-fund", JS_CLIENT));
            Files.createFile(home.resolve("installed"));
        }
        return say(home, "node", "ollama_js.mjs", arguments);
    }

    private static void require(String... command) throws IOException {
        Files.createDirectories(FOLDER);
        try {
            run(FOLDER, Arrays.asList(command));
        } catch (IOException absent) {
            Assumptions.abort(
                    "not run: %s is not here (.ci/run installs it): %s"
                            .formatted(command[0], absent.getMessage()));
        }
    }

    private static JsonNode say(Path home, String program, String script, String... arguments)
            throws IOException {
        Path file = home.resolve(script);
        try (InputStream source = ScriptClients.class.getResourceAsStream("clients/" + script)) {
            Files.write(file, source.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(program, file.toString()));
        command.addAll(List.of(arguments));
        return OllamaClient.JSON.readTree(run(home, command).lines().toList().getLast());
    }

    private static String run(Path folder, List<String> command) throws IOException {
        Path said = Files.createTempFile(FOLDER, "said-", ".log");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        try {
            boolean ended = process.waitFor(5, TimeUnit.MINUTES);
            String text = Files.readString(said, UTF_8);
            assertThat(ended).as("%s did not end: %s", command, text).isTrue();
            assertThat(process.exitValue()).as("%s: %s", command, text).isZero();
            return text;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException(command + ": interrupted", stopped);
        } finally {
            process.destroyForcibly();
            Files.delete(said);
        }
    }
}
