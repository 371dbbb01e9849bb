package dev.caravan.worker.adapter.host;

import com.sun.management.OperatingSystemMXBean;
import dev.caravan.worker.app.status.HostMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The host's memory as sampled now and then: Linux tells what could be had without swapping and
 * what each process holds; elsewhere the JVM's view has to do. A container's limit counts as the
 * host's memory.
 */
public final class SampledMemory implements HostMemory {

    private static final Path PROC = Path.of("/proc");
    private static final long KIBIBYTE = 1024;

    private final OperatingSystemMXBean system =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private volatile Sample latest = new Sample(0, 0, Map.of());

    @Override
    public Sample latest() {
        return latest;
    }

    /**
     * Looks now; blocks for some small files.
     *
     * @param processes ids of the engines there are
     */
    public void sample(Collection<Long> processes) {
        Path memory = PROC.resolve("meminfo");
        long total =
                Math.min(
                        system.getTotalMemorySize(),
                        kibibytes(memory, "MemTotal:").orElse(Long.MAX_VALUE));
        long available =
                Math.min(
                        total,
                        kibibytes(memory, "MemAvailable:").orElseGet(system::getFreeMemorySize));
        Map<Long, Long> engines = new HashMap<>();
        for (long pid : processes) {
            kibibytes(PROC.resolve(pid + "/status"), "VmRSS:")
                    .ifPresent(resident -> engines.put(pid, resident));
        }
        latest = new Sample(total, available, engines);
    }

    /** The value of a line such as {@code VmRSS: 1234 kB}, in bytes. */
    private static OptionalLong kibibytes(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE)
                    .findFirst();
        } catch (IOException | UncheckedIOException absent) {
            return OptionalLong.empty();
        }
    }
}
