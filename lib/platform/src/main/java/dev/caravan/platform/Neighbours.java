package dev.caravan.platform;

import java.net.URI;
import java.util.List;

/** Where the instances of another service are, from memory; never blocks. */
@FunctionalInterface
public interface Neighbours {

    /**
     * Base URLs of the instances of {@code service} in no order; the last ones known while the
     * registry is away, empty where none was ever seen. An instance that is listed may be gone.
     *
     * @param service a module's name, such as {@code worker-agent}
     */
    List<URI> instances(String service);
}
