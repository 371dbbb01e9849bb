package dev.caravan.worker.adapter.store;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Reads each weights file once, as long as it stays what it was; failures are kept as well. */
final class WeightsCache {

    /** What came of reading a file. */
    sealed interface Outcome {}

    record Read(Weights weights) implements Outcome {}

    /**
     * @param why names the fault
     */
    record Broken(String why) implements Outcome {}

    private record Entry(FileStamp stamp, Outcome outcome) {}

    private final Map<Path, Entry> entries = new ConcurrentHashMap<>();

    Outcome read(Path file) {
        FileStamp stamp = FileStamp.of(file);
        Entry known = entries.get(file);
        if (known != null && known.stamp().equals(stamp)) {
            return known.outcome();
        }
        Outcome outcome = WeightsReader.read(file);
        entries.put(file, new Entry(stamp, outcome));
        return outcome;
    }

    void keepOnly(Set<Path> files) {
        entries.keySet().retainAll(files);
    }
}
