package dev.caravan.cli;

import dev.caravan.cli.cluster.Home;
import dev.caravan.cli.cluster.Logs;
import dev.caravan.cli.process.Pause;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the processes said. */
@Command(
        name = "logs",
        description = "Shows the last lines that the processes wrote.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {

    private static final Duration LOOK = Duration.ofMillis(300);

    private final CliContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "SERVICE",
            description = "gateway, agent-1, scheduler, health, registry, redis; all when left out")
    private String service = "";

    @Option(names = "-n", paramLabel = "LINES", description = "how many of each (${DEFAULT-VALUE})")
    private int lines = 20;

    @Option(names = "-f", description = "go on with what is written from now on")
    private boolean follow;

    LogsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> files = files();
        Map<Path, Long> seen = new HashMap<>();
        for (Path file : files) {
            seen.put(file, Files.size(file));
            String tail = Logs.tail(file, lines);
            if (!tail.isEmpty()) {
                context.say((files.size() > 1 ? "== " + file.getFileName() + "\n" : "") + tail);
            }
        }
        while (follow) {
            Pause.of(LOOK);
            for (Path file : files) {
                seen.put(file, print(file, seen.getOrDefault(file, 0L)));
            }
        }
        return 0;
    }

    private List<Path> files() throws IOException {
        Home home = context.home();
        Path folder = home.log("any").getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CliException.notUp(folder + ": no logs yet; start with: ./caravan up");
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> there =
                    all.filter(file -> file.toString().matches(".*\\.(log|out)")).sorted().toList();
            if (there.isEmpty()) {
                throw CliException.notUp(folder + ": no logs yet; start with: ./caravan up");
            }
            List<Path> chosen = there.stream().filter(this::chosen).toList();
            if (chosen.isEmpty()) {
                throw CliException.usage(
                        "service: %s (expected one of: %s)"
                                .formatted(
                                        service,
                                        String.join(
                                                ", ",
                                                there.stream()
                                                        .map(LogsCommand::member)
                                                        .distinct()
                                                        .toList())));
            }
            return chosen;
        }
    }

    private boolean chosen(Path file) {
        String member = member(file);
        return service.isEmpty() || member.equals(service) || member.startsWith(service + "-");
    }

    private static String member(Path file) {
        return file.getFileName().toString().replaceFirst("\\.(log|out)$", "");
    }

    /** Prints what was added; a file that has become shorter was begun anew. */
    private long print(Path file, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            channel.position(size < from ? 0 : from);
            InputStream added = Channels.newInputStream(channel);
            added.transferTo(context.out());
            context.out().flush();
            return channel.position();
        } catch (NoSuchFileException betweenTwoFiles) {
            return 0;
        }
    }
}
