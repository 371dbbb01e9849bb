package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobStore;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.PolicyKeeper;
import dev.caravan.worker.app.store.Quantizer;
import dev.caravan.worker.app.store.StoredModel;
import dev.caravan.worker.app.transfer.Intake;
import dev.caravan.worker.app.transfer.ModelFiles;
import dev.caravan.worker.app.transfer.PartialBlobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The store under one folder. It is scanned at the start, after each change of our own and on a
 * timer, since an Ollama on the same folder adds and removes models without telling; only what was
 * written to is read again. {@link #start} before use, {@link #close} at the end.
 */
public final class FolderModelStore implements ModelStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FolderModelStore.class);

    /** Threads that may wait for the disk; more uploads than this share them. */
    private static final int DISK_THREADS = 4;

    private static final int DISK_TASKS = 10_000;

    private final StoreFolders folders;
    private final Duration scanEvery;
    private final Scheduler disk;
    private final Uploads uploads;
    private final PolicyFiles policies;
    private final WeightsCache weights = new WeightsCache();
    private final ModelReader reader;
    private final BlobHolds holds = new BlobHolds();
    private final UnusedBlobs unused;
    private final Sinks.Many<List<StoredModel>> changes =
            Sinks.many().multicast().directBestEffort();

    /** Guarded by this; a model is read again when what it was read from has changed. */
    private final Map<ModelRef, Scanned> scanned = new HashMap<>();

    private volatile List<StoredModel> models = List.of();
    private volatile long freeBytes;

    private record Scanned(
            ManifestTree.Entry entry, FileStamp weights, FileStamp policy, StoredModel model) {}

    /**
     * @param root made where it is not there
     * @param scanEvery how soon changes made by others are seen
     */
    public FolderModelStore(Path root, Duration scanEvery) {
        this(root, scanEvery, true);
    }

    /**
     * @param prune whether layers that only a replaced model used are removed
     */
    public FolderModelStore(Path root, Duration scanEvery, boolean prune) {
        if (scanEvery.isNegative() || scanEvery.isZero()) {
            throw new IllegalArgumentException("scanEvery: " + scanEvery + " (expected: > 0)");
        }
        this.folders = new StoreFolders(root);
        this.scanEvery = scanEvery;
        this.disk = Schedulers.newBoundedElastic(DISK_THREADS, DISK_TASKS, "store", 60, true);
        this.uploads = new Uploads(folders);
        this.policies = new PolicyFiles(folders, uploads);
        this.reader = new ModelReader(folders, policies, weights);
        this.unused = new UnusedBlobs(folders, holds, prune);
    }

    /**
     * @throws UncheckedIOException where the folder cannot be made or read
     */
    public void start() {
        try {
            Files.createDirectories(folders.blobs());
            Files.createDirectories(folders.manifests());
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "models folder %s cannot be made: %s (expected: a folder this user may write"
                                    .formatted(folders.root(), failed)
                            + " to; choose another with caravan.worker.models-dir)",
                    failed);
        }
        uploads.removeStale();
        scan();
        disk.schedulePeriodically(
                this::scanAgain, scanEvery.toMillis(), scanEvery.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        disk.dispose();
        changes.tryEmitComplete();
    }

    public BlobStore blobs() {
        return new FolderBlobStore(folders, uploads, disk);
    }

    public ModelMaker maker(Quantizer quantizer) {
        return new FolderModelMaker(shelf(), weights, quantizer);
    }

    public PolicyKeeper policies() {
        return new FolderPolicyKeeper(this, policies, disk);
    }

    public ModelNames names() {
        return new FolderModelNames(shelf());
    }

    public ModelFiles files() {
        return new FolderModelFiles(shelf());
    }

    /**
     * @param plan how downloads are cut into parts
     */
    public Arrivals arrivals(PartPlan plan) {
        PartialFiles partials = new PartialFiles(folders, plan, disk);
        return new Arrivals(new FolderIntake(shelf(), partials), partials);
    }

    private Shelf shelf() {
        return new Shelf(this, folders, uploads, policies, holds, unused, disk);
    }

    /** The two ways in for models of others; only one such pair may be in use. */
    public record Arrivals(Intake intake, PartialBlobs partials) {}

    public ModelViewer viewer() {
        return new FolderModelViewer(disk);
    }

    @Override
    public List<StoredModel> list() {
        return models;
    }

    @Override
    public Flux<List<StoredModel>> changes() {
        return changes.asFlux();
    }

    @Override
    public long freeBytes() {
        return freeBytes;
    }

    private void scanAgain() {
        try {
            scan();
        } catch (UncheckedIOException failed) {
            // The disk may be back at the next scan; until then what was seen last holds.
            log.atWarn().addKeyValue("cause", failed.getMessage()).log("models folder not read");
        }
    }

    /** Looks at the disk now; blocks. */
    synchronized void scan() {
        freeBytes = free();
        Map<ModelRef, Scanned> next = new HashMap<>();
        for (ManifestTree.Entry entry : ManifestTree.scan(folders.manifests())) {
            Optional.ofNullable(scanned.get(entry.name()))
                    .filter(known -> isCurrent(known, entry))
                    .or(() -> reader.read(entry).map(model -> stamp(entry, model)))
                    .ifPresent(current -> next.put(entry.name(), current));
        }
        scanned.clear();
        scanned.putAll(next);
        publish();
    }

    private void publish() {
        List<StoredModel> found =
                scanned.values().stream()
                        .map(Scanned::model)
                        .sorted(
                                Comparator.comparing(StoredModel::modifiedAt)
                                        .reversed()
                                        .thenComparing(model -> model.name().key()))
                        .toList();
        weights.keepOnly(
                found.stream()
                        .flatMap(model -> model.weights().stream())
                        .collect(Collectors.toSet()));
        if (!found.equals(models)) {
            models = found;
            changes.tryEmitNext(found);
        }
    }

    private boolean isCurrent(Scanned known, ManifestTree.Entry entry) {
        // A fault may have its cause in any blob, so such a model is read again each time.
        return known.model().fault().isEmpty()
                && known.equals(
                        new Scanned(
                                entry,
                                weightsStamp(known.model()),
                                FileStamp.of(folders.policy(entry.name())),
                                known.model()));
    }

    private Scanned stamp(ManifestTree.Entry entry, StoredModel model) {
        return new Scanned(
                entry, weightsStamp(model), FileStamp.of(folders.policy(entry.name())), model);
    }

    private static FileStamp weightsStamp(StoredModel model) {
        return model.weights().map(FileStamp::of).orElse(FileStamp.ABSENT);
    }

    /** Bytes free on the disk now; blocks. */
    long measureFree() {
        freeBytes = free();
        return freeBytes;
    }

    private long free() {
        try {
            return Files.getFileStore(folders.root()).getUsableSpace();
        } catch (IOException unknown) {
            return 0;
        }
    }
}
