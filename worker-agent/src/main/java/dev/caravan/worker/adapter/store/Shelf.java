package dev.caravan.worker.adapter.store;

import reactor.core.scheduler.Scheduler;

/**
 * A store's inner parts, for those that change what is in it; a change of names holds the store's
 * monitor.
 *
 * @param disk runs all that touches it
 */
record Shelf(
        FolderModelStore store,
        StoreFolders folders,
        Uploads uploads,
        PolicyFiles policies,
        BlobHolds holds,
        UnusedBlobs unused,
        Scheduler disk) {}
