package dev.caravan.cli;

import dev.caravan.cli.cluster.JoinOptions;
import dev.caravan.cli.cluster.MemorySize;
import dev.caravan.cli.cluster.RegistryAddress;
import dev.caravan.cli.cluster.UpOptions;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an agent is told which cluster to join; the same for all commands that start one. */
final class JoinArguments {

    private static final String TOKEN_FILE = "CARAVAN_TOKEN_FILE";
    private static final String TOKEN = "CARAVAN_TOKEN";

    @Option(
            names = "--join",
            paramLabel = "HOST[:PORT]",
            description = "the cluster's registry, as up --bind prints it (port 8761)")
    private @Nullable String join;

    @Option(
            names = "--token",
            paramLabel = "FILE",
            description =
                    "file with the cluster's token (else $CARAVAN_TOKEN_FILE, $CARAVAN_TOKEN)")
    private @Nullable Path token;

    @Option(
            names = "--advertise",
            paramLabel = "IP",
            description =
                    "under which address the others reach it (the one of the way to the registry)")
    private @Nullable String advertise;

    @Option(
            names = "--interface",
            paramLabel = "NAME",
            description = "the network interface whose address that is")
    private @Nullable String card;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "its folder: id, models, engine files (within the state folder)")
    private @Nullable Path data;

    @Option(
            names = "--ollama",
            paramLabel = "URL",
            description = "an Ollama server whose models it is to offer too")
    private @Nullable String ollama;

    @Option(
            names = "--ollama-command",
            paramLabel = "FILE",
            description =
                    "an ollama that it is to start, whose models it offers too; a name on PATH, or a file")
    private @Nullable String ollamaCommand;

    /** The first of its options that was given, for a command that has no use for it. */
    Optional<String> given() {
        if (join != null) {
            return Optional.of("--join");
        }
        if (token != null) {
            return Optional.of("--token");
        }
        if (advertise != null) {
            return Optional.of("--advertise");
        }
        if (card != null) {
            return Optional.of("--interface");
        }
        if (data != null) {
            return Optional.of("--data");
        }
        if (ollama != null) {
            return Optional.of("--ollama");
        }
        return ollamaCommand == null ? Optional.empty() : Optional.of("--ollama-command");
    }

    boolean hasOllama() {
        return ollama != null || ollamaCommand != null;
    }

    /**
     * @param memoryOption the name that {@code memory} has on this command
     */
    JoinOptions options(
            CliContext context,
            Optional<InetAddress> bind,
            String memoryOption,
            @Nullable String memory,
            UpOptions.CacheMaking caches,
            Duration patience) {
        if (join == null) {
            throw CliException.usage(
                    "--join: not given (expected: --join HOST[:PORT], the registry of the cluster; ./caravan up --bind IP prints the whole line)");
        }
        if (advertise != null && card != null) {
            throw CliException.usage(
                    "--advertise and --interface: both given (expected: one of them)");
        }
        if (ollama != null && ollamaCommand != null) {
            throw CliException.usage(
                    "--ollama and --ollama-command: both given (expected: one of them)");
        }
        try {
            return new JoinOptions(
                    RegistryAddress.parse("--join", join),
                    token(context),
                    bind,
                    Optional.ofNullable(advertise),
                    Optional.ofNullable(card),
                    Optional.ofNullable(data),
                    memory == null
                            ? OptionalLong.empty()
                            : OptionalLong.of(MemorySize.parse(memoryOption, memory)),
                    ollama(),
                    Optional.ofNullable(ollamaCommand).map(JoinArguments::file),
                    caches,
                    patience);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
        }
    }

    private Optional<URI> ollama() {
        if (ollama == null) {
            return Optional.empty();
        }
        String told = ollama.contains("://") ? ollama : "http://" + ollama;
        URI url = URI.create(told);
        if (url.getHost() == null || !told.matches("https?://.*")) {
            throw new IllegalArgumentException(
                    "--ollama: %s (expected: a URL such as http://127.0.0.1:11434)"
                            .formatted(ollama));
        }
        return Optional.of(url);
    }

    /** The agent runs in another folder; a name without one is looked for on PATH there too. */
    private static String file(String command) {
        return command.indexOf(File.separatorChar) < 0
                ? command
                : Path.of(command).toAbsolutePath().normalize().toString();
    }

    private String token(CliContext context) {
        if (token != null) {
            return read("--token", token);
        }
        String file = context.setting(TOKEN_FILE);
        if (!file.isEmpty()) {
            return read(TOKEN_FILE, Path.of(file));
        }
        String told = context.setting(TOKEN);
        if (!told.isEmpty()) {
            return checked(TOKEN, told);
        }
        throw CliException.usage(
                "--token: not given (expected: --token FILE, or CARAVAN_TOKEN_FILE or CARAVAN_TOKEN in the environment; ./caravan up wrote the token to .caravan/token on the first machine and prints where)");
    }

    private static String read(String source, Path file) {
        try {
            return checked(source + ": " + file, Files.readString(file).strip());
        } catch (IOException unreadable) {
            throw CliException.usage(
                    "%s: %s cannot be read (expected: a file with the cluster's token; ./caravan up wrote it to .caravan/token on the first machine)"
                            .formatted(source, file));
        }
    }

    private static String checked(String source, String token) {
        if (token.isEmpty() || token.chars().anyMatch(sign -> sign <= ' ' || sign > '~')) {
            throw CliException.usage(
                    source + ": not one word of visible ASCII (expected: the cluster's token)");
        }
        return token;
    }
}
