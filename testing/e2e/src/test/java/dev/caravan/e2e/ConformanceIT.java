package dev.caravan.e2e;

import dev.caravan.e2e.conformance.Suite;
import dev.caravan.e2e.conformance.Target;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The suite against a cluster of our own, on llama.cpp. */
@OnSharedCluster
class ConformanceIT {

    private static final long SEED = 5;

    @TestFactory
    Stream<DynamicNode> aModelOnOneHost(LocalCluster cluster) {
        return Suite.tests(target(cluster, Map.of()));
    }

    @TestFactory
    Stream<DynamicNode> aModelSplitOverHosts(LocalCluster cluster) {
        return Suite.tests(target(cluster, Map.of("distributed", true)));
    }

    private static Target target(LocalCluster cluster, Map<String, Boolean> options) {
        return new Target(cluster.client().base(), cluster.fixture("F32", SEED), options);
    }
}
