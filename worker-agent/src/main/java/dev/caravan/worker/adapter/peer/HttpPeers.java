package dev.caravan.worker.adapter.peer;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.worker.app.transfer.ModelSource;
import dev.caravan.worker.app.transfer.ModelSources;
import java.net.URI;
import java.util.List;
import org.springframework.web.reactive.function.client.WebClient;

/** Other agents' stores over their internal routes. */
public final class HttpPeers implements ModelSources.Peers {

    private final WebClient client;

    /**
     * @param client carries the cluster's token
     */
    public HttpPeers(WebClient client) {
        this.client = client;
    }

    @Override
    public ModelSource of(ModelDigest digest, List<URI> holders) {
        return new PeerSource(client, digest, holders);
    }
}
