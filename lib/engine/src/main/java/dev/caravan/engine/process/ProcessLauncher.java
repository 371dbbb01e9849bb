package dev.caravan.engine.process;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Pattern;

/**
 * Starts processes on a leash. One launcher owns one private folder, which holds the leash and the
 * list of what runs; opening it ends what a dead owner left behind, and a folder has one owner at a
 * time.
 */
public final class ProcessLauncher implements AutoCloseable {

    /** Between two looks at the sizes of the logs; an engine writes some kilobytes a second. */
    private static final Duration LOG_CHECK = Duration.ofSeconds(2);

    private static final String LEASH = "leash.sh";

    /** Read by the leash. */
    private static final String KEPT_LINES = "LEASH_KEEP";

    /** What an engine, which talks to the network, does not inherit; a spec can give it. */
    private static final Pattern SECRET = Pattern.compile(".*(TOKEN|PASSWORD|SECRET|KEY)");

    private final Path leash;
    private final FileChannel owner;
    private final LeftoverReaper reaper;
    private final List<Long> reaped;
    private final Set<LeashedProcess> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService logs =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("engine-logs").factory());

    private ProcessLauncher(Path folder, FileChannel owner) throws IOException {
        this.owner = owner;
        this.leash = folder.resolve(LEASH);
        this.reaper = new LeftoverReaper(folder.resolve("running.json"));
        this.reaped = reaper.reap();
        writeLeash();
        var _ =
                logs.scheduleWithFixedDelay(
                        this::boundLogs, LOG_CHECK.toMillis(), LOG_CHECK.toMillis(), MILLISECONDS);
    }

    /**
     * Takes a folder, which is made with mode 0700 if it is not there, and kills the processes that
     * a dead owner left behind.
     *
     * @throws IOException if the folder cannot be used, or a living process owns it
     */
    public static ProcessLauncher open(Path folder) throws IOException {
        Path real = privateFolder(folder);
        FileChannel channel =
                FileChannel.open(
                        real.resolve("owner.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            if (!lock(channel)) {
                throw new IOException(
                        "launcher folder: %s is owned by another process (expected: one owner; end it or use another folder)"
                                .formatted(real));
            }
            return new ProcessLauncher(real, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The pids that were left behind by a dead owner and killed when the folder was opened. */
    public List<Long> reaped() {
        return reaped;
    }

    /**
     * Starts a process; takes a few milliseconds.
     *
     * @throws IOException if the command is not an executable file, the working directory is not
     *     there or the log cannot be written; the message names it
     */
    public LeashedProcess start(ProcessSpec spec) throws IOException {
        requireStartable(spec);
        BoundedLog log = new BoundedLog(spec.log(), spec.logBytes());
        log.begin();
        // Through sh rather than as a script: a file that was just written may still be busy.
        List<String> command = new ArrayList<>(List.of("/bin/sh", leash.toString()));
        command.addAll(spec.command());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(spec.workingDirectory().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        builder.environment().keySet().removeIf(name -> SECRET.matcher(name).matches());
        builder.environment().putAll(spec.environment());
        // An abort forks gdb where it is installed: half a second and pages of noise.
        builder.environment().put("GGML_NO_BACKTRACE", "1");
        spec.keptLines().ifPresent(lines -> builder.environment().put(KEPT_LINES, lines));
        Process process = builder.start();
        LeashedProcess leashed = new LeashedProcess(spec, process, Instant.now(), log);
        register(leashed);
        return leashed;
    }

    /** Kills what still runs, waits for its end, and gives the folder back. */
    @Override
    public void close() {
        List<CompletableFuture<ExitStatus>> ends =
                running.stream().map(LeashedProcess::kill).toList();
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).join();
        logs.close();
        try {
            owner.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void register(LeashedProcess leashed) throws IOException {
        running.add(leashed);
        leashed.watch(() -> ended(leashed));
        try {
            var identity = ProcessIdentity.of(leashed.pid());
            if (identity.isPresent()) {
                reaper.started(identity.get(), leashed.command());
            }
        } catch (IOException e) {
            var _ = leashed.kill();
            throw e;
        }
    }

    private void ended(LeashedProcess leashed) {
        running.remove(leashed);
        try {
            reaper.ended(leashed.pid());
        } catch (IOException listStaysLonger) {
            // Harmless: the start time keeps an old entry from meaning another process.
            return;
        }
    }

    private void boundLogs() {
        for (LeashedProcess process : running) {
            try {
                process.boundLog();
            } catch (IOException gone) {
                // A log that was deleted under its writer cannot be bounded; the others can.
                continue;
            }
        }
    }

    private void writeLeash() throws IOException {
        Path next = leash.resolveSibling(LEASH + ".next");
        try (InputStream script =
                Objects.requireNonNull(ProcessLauncher.class.getResourceAsStream(LEASH), LEASH)) {
            Files.write(next, script.readAllBytes());
        }
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwx------"));
        Files.move(next, leash, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path privateFolder(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        return folder.toRealPath();
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldHere) {
            return false;
        }
    }

    private static void requireStartable(ProcessSpec spec) throws IOException {
        if (!Files.isRegularFile(spec.executable()) || !Files.isExecutable(spec.executable())) {
            throw new IOException(
                    "command: %s (expected: an executable file)".formatted(spec.executable()));
        }
        if (!Files.isDirectory(spec.workingDirectory())) {
            throw new IOException(
                    "working directory: %s (expected: a folder)"
                            .formatted(spec.workingDirectory()));
        }
    }
}
