package dev.caravan.cli.cluster;

import dev.caravan.cli.process.LinuxProcesses;
import dev.caravan.cli.process.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the processes of a cluster use.
 *
 * @param up whether all that belong to the cluster live and are ready
 * @param endpoint the gateway's URL; empty where it is on another machine
 * @param registry URL of the registry, here or elsewhere
 * @param joined what runs here is one agent of the cluster of that registry
 */
public record Status(
        boolean up,
        String clusterId,
        String endpoint,
        String registry,
        boolean joined,
        List<Row> processes) {

    /**
     * One process.
     *
     * @param port 0 where it is not known
     * @param managementPort 0 where there is none
     * @param uptimeSeconds since its start
     * @param residentBytes of main memory
     * @param proportionalBytes of main memory, pages that processes share counted in shares
     * @param cpuPercent of one core, while this was measured
     * @param cpuSeconds since its start
     */
    public record Row(
            String name,
            long pid,
            int port,
            int managementPort,
            boolean ready,
            double uptimeSeconds,
            long residentBytes,
            long proportionalBytes,
            double cpuPercent,
            double cpuSeconds) {}

    /** Between two looks at the processor time of all. */
    private static final Duration MEASURE = Duration.ofMillis(500);

    private static final double NANOS = 1e9;

    /** Empty where no cluster was ever started here. */
    public static Optional<Status> of(Home home) throws IOException {
        Optional<ClusterFile> cluster = ClusterFile.read(home);
        if (cluster.isEmpty()) {
            return Optional.empty();
        }
        List<Member> living =
                ProcessTable.read(home).living().stream()
                        .sorted(Comparator.comparing(Member::kind).thenComparing(Member::name))
                        .toList();
        Map<Member, Double> before = processorSeconds(living);
        long from = System.nanoTime();
        Pause.of(MEASURE);
        double seconds = (System.nanoTime() - from) / NANOS;
        Map<Member, Double> after = processorSeconds(living);
        List<Row> rows = new ArrayList<>();
        for (Member member : living) {
            double used = after.getOrDefault(member, 0.0);
            double percent = 100 * (used - before.getOrDefault(member, used)) / seconds;
            rows.add(row(home, member, percent, used));
        }
        boolean joined = cluster.get().joined() != null;
        boolean up =
                rows.stream().allMatch(Row::ready)
                        && count(living, Kind.AGENT) >= cluster.get().agents()
                        && (joined || controlPlane(cluster.get(), living));
        return Optional.of(
                new Status(
                        up,
                        cluster.get().clusterId(),
                        joined ? "" : cluster.get().gatewayUrl(),
                        cluster.get().registryUrl(),
                        joined,
                        rows));
    }

    private static boolean controlPlane(ClusterFile cluster, List<Member> living) {
        return count(living, Kind.REDIS) >= (cluster.ownRedis() ? 1 : 0)
                && count(living, Kind.GATEWAY) == 1
                && count(living, Kind.REGISTRY) == 1
                && count(living, Kind.SCHEDULER) == 1
                && count(living, Kind.HEALTH) == 1;
    }

    private static long count(List<Member> members, Kind kind) {
        return members.stream().filter(member -> member.kind() == kind).count();
    }

    private static Row row(Home home, Member member, double percent, double used)
            throws IOException {
        Optional<ReadyFile> ready = ReadyFile.of(home, member);
        long pid = member.process().pid();
        double uptime =
                LinuxProcesses.stat(pid)
                        .map(
                                stat ->
                                        LinuxProcesses.uptime()
                                                - (double) stat.startTicks()
                                                        / LinuxProcesses.TICKS_PER_SECOND)
                        .orElse(0.0);
        boolean service = !member.kind().module().isEmpty();
        return new Row(
                member.name(),
                pid,
                ready.map(ReadyFile::port).orElse(member.port()),
                ready.map(ReadyFile::managementPort).orElse(0),
                ready.isPresent() || !service,
                uptime,
                LinuxProcesses.residentBytes(pid),
                LinuxProcesses.proportionalBytes(pid),
                percent,
                used);
    }

    private static Map<Member, Double> processorSeconds(List<Member> members) {
        Map<Member, Double> seconds = new HashMap<>();
        for (Member member : members) {
            LinuxProcesses.stat(member.process().pid())
                    .ifPresent(
                            stat ->
                                    seconds.put(
                                            member,
                                            (double) stat.ticks()
                                                    / LinuxProcesses.TICKS_PER_SECOND));
        }
        return seconds;
    }
}
