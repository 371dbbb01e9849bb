package dev.caravan.e2e;

/** A second one, whose processes die all the time. */
final class FaultsCluster extends SharedCluster {

    FaultsCluster() {
        super("faults");
    }
}
