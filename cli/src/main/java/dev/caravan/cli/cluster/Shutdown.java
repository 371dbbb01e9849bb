package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.LinuxProcesses;
import dev.caravan.cli.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Ends a cluster and makes sure that nothing of it is left.
 *
 * <p>Those that serve are asked first, so that running answers come to their end while what they
 * rest on is still there; then the registry, which the others tell that they go; Redis last.
 * Whoever does not go in time is killed. Processes are known by pid and start time; the net below
 * is the cluster's id, which each of them and each engine carries in its environment.
 */
public final class Shutdown {

    // longer than a service's own limit for running requests would hold up the terminal too long
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** Engines end with their agents within milliseconds. */
    private static final Duration ENGINES_GRACE = Duration.ofSeconds(2);

    private static final Duration KILL_GRACE = Duration.ofSeconds(5);
    private static final long LOOK_MILLIS = 50;

    private static final List<List<Kind>> PHASES =
            List.of(
                    List.of(Kind.GATEWAY, Kind.AGENT, Kind.SCHEDULER, Kind.HEALTH),
                    List.of(Kind.REGISTRY),
                    List.of(Kind.REDIS));

    private final Home home;
    private final Consumer<String> say;

    public Shutdown(Home home, Consumer<String> say) {
        this.home = home;
        this.say = say;
    }

    /**
     * Ends everything.
     *
     * @return how many processes were ended
     * @throws CliException if a process lives on, naming it
     */
    public int down() throws IOException {
        List<Member> living = ProcessTable.read(home).living();
        int ended = end(living);
        Optional<ClusterFile> cluster = ClusterFile.read(home);
        if (cluster.isPresent()) {
            ended += sweep(cluster.get().clusterId());
        }
        for (Member member : living) {
            Files.deleteIfExists(home.readyFile(member.name()));
        }
        ProcessTable.EMPTY.write(home);
        return ended;
    }

    /** Ends members that have not served anybody yet; those would finish their start first. */
    void abandon(List<Member> members) {
        kill(members.stream().map(Member::process).toList());
    }

    private int end(List<Member> members) {
        kill(of(members, List.of(Kind.CACHES)));
        for (List<Kind> phase : PHASES) {
            List<ProcessIdentity> leaving = of(members, phase);
            leaving.forEach(one -> one.handle().ifPresent(ProcessHandle::destroy));
            List<ProcessIdentity> late = await(leaving, GRACE);
            if (!late.isEmpty()) {
                members.stream()
                        .filter(member -> late.contains(member.process()))
                        .forEach(
                                member ->
                                        say.accept(
                                                "%s (pid %d) has not ended in %d s and is killed"
                                                        .formatted(
                                                                member.name(),
                                                                member.process().pid(),
                                                                GRACE.toSeconds())));
                kill(late);
            }
        }
        return members.size();
    }

    /**
     * Ends what carries the cluster's id and is in no table; these should be gone by themselves.
     */
    private int sweep(String clusterId) {
        if (!LinuxProcesses.present()) {
            return 0;
        }
        await(carriers(clusterId), ENGINES_GRACE);
        List<ProcessIdentity> left = carriers(clusterId);
        kill(left);
        List<ProcessIdentity> alive = carriers(clusterId);
        if (!alive.isEmpty()) {
            throw new CliException(
                    "processes left: %s (expected: none); end them by hand"
                            .formatted(alive.stream().map(ProcessIdentity::pid).toList()));
        }
        return left.size();
    }

    private static List<ProcessIdentity> carriers(String clusterId) {
        Set<Long> own = new HashSet<>();
        for (Optional<ProcessHandle> one = Optional.of(ProcessHandle.current());
                one.isPresent();
                one = one.get().parent()) {
            own.add(one.get().pid());
        }
        return LinuxProcesses.all().stream()
                .filter(pid -> !own.contains(pid))
                .filter(pid -> LinuxProcesses.hasEnvironment(pid, LaunchPlan.CLUSTER_ID, clusterId))
                .flatMap(pid -> ProcessIdentity.of(pid).stream())
                .toList();
    }

    private static List<ProcessIdentity> of(List<Member> members, List<Kind> kinds) {
        return members.stream()
                .filter(member -> kinds.contains(member.kind()))
                .map(Member::process)
                .toList();
    }

    private static void kill(List<ProcessIdentity> processes) {
        for (ProcessIdentity process : processes) {
            process.handle()
                    .ifPresent(
                            handle -> {
                                List<ProcessHandle> children = handle.descendants().toList();
                                handle.destroyForcibly();
                                children.forEach(ProcessHandle::destroyForcibly);
                            });
        }
        await(processes, KILL_GRACE);
    }

    /** Waits until all have ended; returns those that have not when {@code patience} is over. */
    private static List<ProcessIdentity> await(List<ProcessIdentity> processes, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        List<ProcessIdentity> alive = new ArrayList<>(processes);
        alive.removeIf(process -> !process.alive());
        while (!alive.isEmpty() && System.nanoTime() < end) {
            alive.getFirst().handle().ifPresent(Shutdown::awaitShortly);
            alive.removeIf(process -> !process.alive());
        }
        return alive;
    }

    private static void awaitShortly(ProcessHandle handle) {
        try {
            handle.onExit().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillThere) {
            // or a zombie, which only its start record tells: the caller looks again
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while processes end; run down again");
        }
    }
}
