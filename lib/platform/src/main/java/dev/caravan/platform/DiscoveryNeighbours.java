package dev.caravan.platform;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ApplicationListener;

/**
 * Neighbours from the discovery client's list, which it refreshes by itself. A registry that comes
 * back empty empties that list for a moment; the last one that named anybody stands in for it.
 *
 * <p>Nobody is known before the application is ready: the first look would make Eureka's client, on
 * whatever thread looks, and it would make the service known with the port that it was told to find
 * for itself, which is 0.
 */
final class DiscoveryNeighbours implements Neighbours, ApplicationListener<ApplicationReadyEvent> {

    private final Supplier<DiscoveryClient> discovery;
    private final Map<String, List<URI>> lastKnown = new ConcurrentHashMap<>();
    private volatile boolean ready;

    DiscoveryNeighbours(Supplier<DiscoveryClient> discovery) {
        this.discovery = discovery;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        ready = true;
    }

    @Override
    public List<URI> instances(String service) {
        return ready ? listed(service) : List.of();
    }

    private List<URI> listed(String service) {
        List<URI> listed =
                discovery.get().getInstances(service).stream()
                        .map(ServiceInstance::getUri)
                        .distinct()
                        .toList();
        if (listed.isEmpty()) {
            return lastKnown.getOrDefault(service, List.of());
        }
        lastKnown.put(service, listed);
        return listed;
    }
}
