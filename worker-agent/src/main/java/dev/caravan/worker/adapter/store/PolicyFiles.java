package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.mapping.PolicyMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;

/** The policies that lie beside the manifests; a model without one has the default. */
final class PolicyFiles {

    private final StoreFolders folders;
    private final Uploads uploads;

    PolicyFiles(StoreFolders folders, Uploads uploads) {
        this.folders = folders;
        this.uploads = uploads;
    }

    /**
     * @throws IOException where the file is there but says no policy
     */
    ModelPolicy read(ModelRef name) throws IOException {
        Path file = folders.policy(name);
        try {
            return PolicyMessages.policy(
                    WireJson.mapper().readValue(Files.readAllBytes(file), PolicyMessage.class));
        } catch (NoSuchFileException none) {
            return ModelPolicy.DEFAULT;
        } catch (JacksonException | IllegalArgumentException broken) {
            throw new IOException("policy file " + file + ": " + broken.getMessage(), broken);
        }
    }

    void write(ModelRef name, ModelPolicy policy) {
        uploads.write(
                folders.policy(name),
                WireJson.mapper().writeValueAsBytes(PolicyMessages.of(policy)));
    }
}
