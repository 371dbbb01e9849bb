package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.Daemons;
import dev.caravan.cli.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The processes that one {@code up} has started. Until they are {@link #keep kept}, whatever ends
 * the command ends them too.
 */
final class StartedProcesses implements AutoCloseable {

    private static final int LAST_LINES = 12;
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Home home;
    private final Shutdown shutdown;
    private final List<Member> members = new ArrayList<>();
    private final List<CompletableFuture<Void>> exits = new ArrayList<>();
    private final BlockingQueue<Death> deaths = new LinkedBlockingQueue<>();
    private final Thread onInterrupt;
    private ProcessTable table;
    private boolean kept;
    private volatile boolean ending;

    private record Death(Member member, int exitCode) {}

    StartedProcesses(Home home, ProcessTable table, Shutdown shutdown) {
        this.home = home;
        this.table = table;
        this.shutdown = shutdown;
        this.onInterrupt = new Thread(this::end, "end-what-was-started");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
    }

    Member start(LaunchPlan.Launch launch) throws IOException {
        Files.createDirectories(home.data(launch.name()));
        Files.deleteIfExists(home.readyFile(launch.name()));
        Logs.boundOutput(home.output(launch.name()));
        Process process =
                Daemons.start(
                        launch.command(),
                        launch.settings(),
                        home.data(launch.name()),
                        home.output(launch.name()));
        return record(launch.name(), launch.kind(), launch.port(), process);
    }

    synchronized Member record(String name, Kind kind, int port, Process process)
            throws IOException {
        ProcessIdentity identity =
                ProcessIdentity.of(process.pid())
                        .orElseGet(() -> new ProcessIdentity(process.pid(), "ended at once"));
        Member member = new Member(name, kind, identity, port);
        table = table.with(member);
        table.write(home);
        if (kind != Kind.CACHES) {
            members.add(member);
            exits.add(
                    process.onExit()
                            .thenAccept(ended -> deaths.add(new Death(member, ended.exitValue()))));
        }
        return member;
    }

    synchronized List<Member> members() {
        return List.copyOf(members);
    }

    /**
     * Waits until {@code done}, asking again and again.
     *
     * @param what is waited for, for the message
     * @throws CliException if one of the processes ends meanwhile, with its last lines, or if it
     *     takes longer than until {@code deadline}
     */
    void await(BooleanSupplier done, Supplier<String> what, long deadline) throws IOException {
        try {
            while (!done.getAsBoolean()) {
                Death death = deaths.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (ending) {
                    throw new CliException("interrupted; what was started is ended again");
                }
                if (death != null) {
                    throw new CliException(told(death));
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new CliException(what.get());
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while starting");
        }
    }

    private String told(Death death) throws IOException {
        String name = death.member().name();
        return "%s has ended while starting (exit %d); its last lines:\n%s\n(%s)"
                .formatted(
                        name,
                        death.exitCode(),
                        Logs.lastWords(home, name, LAST_LINES),
                        home.output(name).resolveSibling(name + ".*"));
    }

    /** From now on they live on when the command ends. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException endingAlready) {
            // the hook is at work
            return;
        }
        end();
    }

    private void end() {
        ending = true;
        if (!kept) {
            shutdown.abandon(members());
        }
    }
}
