package dev.caravan.worker.app.engine;

import java.util.List;

/**
 * Where an engine finds the layers that it does not keep.
 *
 * @param kept its own first layers; 0: none
 * @param devices in the order of their layers, at least one
 */
public record SplitLayout(int kept, List<Device> devices) {

    public SplitLayout {
        devices = List.copyOf(devices);
        if (kept < 0 || devices.isEmpty()) {
            throw new IllegalArgumentException(
                    "split: %d layers kept, %d devices (expected: >= 0 layers, >= 1 device)"
                            .formatted(kept, devices.size()));
        }
    }

    /**
     * @param port of an RPC server, or of the link to one, on loopback
     * @param layers how many, the output counted as one
     */
    public record Device(int port, int layers) {}

    /** Layers on all devices, the output counted as one. */
    public int lent() {
        return devices.stream().mapToInt(Device::layers).sum();
    }
}
