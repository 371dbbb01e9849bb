package dev.caravan.worker.adapter.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.BlobDigest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Ollama's manifest: which blobs make a model. Its bytes are as fixed as its values. */
@JsonPropertyOrder({"schemaVersion", "mediaType", "config", "layers"})
record Manifest(int schemaVersion, String mediaType, Layer config, List<Layer> layers) {

    static final String MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json";
    static final String CONFIG_TYPE = "application/vnd.docker.container.image.v1+json";
    static final String LAYER_TYPE = "application/vnd.ollama.image.";

    Manifest {
        Objects.requireNonNull(config, "config: absent (expected: a layer)");
        layers = layers == null ? List.of() : List.copyOf(layers);
    }

    static Manifest of(Layer config, List<Layer> layers) {
        return new Manifest(2, MEDIA_TYPE, config, layers);
    }

    static Manifest parse(byte[] json) {
        return WireJson.mapper().readValue(json, Manifest.class);
    }

    /** With the line end that Ollama writes. */
    byte[] bytes() {
        return JsonLine.of(this);
    }

    /** Bytes of all layers and the config. */
    long size() {
        return config.size() + layers.stream().mapToLong(Layer::size).sum();
    }

    /**
     * Those of the layers, then the config's.
     *
     * @throws IllegalArgumentException where a digest is none
     */
    Stream<BlobDigest> blobs() {
        return Stream.concat(layers.stream(), Stream.of(config)).map(Layer::blob);
    }

    Optional<Layer> first(String kind) {
        return of(kind).findFirst();
    }

    /** The layer that counts where a model has several of weights, as in Ollama. */
    Optional<Layer> last(String kind) {
        return of(kind).reduce((_, later) -> later);
    }

    private Stream<Layer> of(String kind) {
        return layers.stream().filter(layer -> layer.kind().equals(kind));
    }

    /** One blob, and what it is for. */
    @JsonPropertyOrder({"mediaType", "digest", "size", "from"})
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Layer(String mediaType, String digest, long size, @Nullable String from) {

        static Layer of(String mediaType, BlobDigest digest, long size) {
            return new Layer(mediaType, digest.toString(), size, null);
        }

        /** The same, taken from a model or a file of that name. */
        Layer from(String source) {
            return new Layer(mediaType, digest, size, source);
        }

        /** The last word of Ollama's media types; the whole type where it is another's. */
        String kind() {
            return mediaType.startsWith(LAYER_TYPE)
                    ? mediaType.substring(LAYER_TYPE.length())
                    : mediaType;
        }

        BlobDigest blob() {
            return BlobDigest.parse(digest)
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "digest: \"%s\" (expected: sha256:<64 hex digits>)"
                                                    .formatted(digest)));
        }
    }
}
