package dev.caravan.worker.app.transfer;

import dev.caravan.core.model.ModelRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A model of this host as it goes to a registry. */
public final class OutgoingModel {

    private final byte[] manifest;
    private final List<Layer> layers;

    /**
     * @param manifest as it is here
     * @param layers in the manifest's order, the config last
     */
    public OutgoingModel(byte[] manifest, List<Layer> layers) {
        this.manifest = manifest.clone();
        this.layers = List.copyOf(layers);
    }

    /**
     * @param from model that has the same blob at the registry, where the manifest names one
     */
    public record Layer(Blob blob, Path file, Optional<ModelRef> from) {}

    public byte[] manifest() {
        return manifest.clone();
    }

    public List<Layer> layers() {
        return layers;
    }
}
