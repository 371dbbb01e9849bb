package dev.caravan.worker.app.status;

import java.util.Map;

/** What the host's memory was when last looked at; asking never blocks. */
public interface HostMemory {

    Sample latest();

    /**
     * Bytes.
     *
     * @param available what could be had now without swapping
     * @param engines resident bytes by process id, mapped weights included. A head unmaps what it
     *     has given to members, so this is its own share; two engines that map one file count the
     *     pages they share twice
     */
    record Sample(long total, long available, Map<Long, Long> engines) {

        public Sample {
            engines = Map.copyOf(engines);
        }

        public long used() {
            return engines.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
