package dev.caravan.cli.cluster;

import dev.caravan.cli.CliException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The services' programs, ready to be run. */
final class ServiceApps {

    private final BootJars jars;

    ServiceApps(Home home, Path java) {
        this.jars = new BootJars(home, java);
    }

    /** Unpacks all that are not unpacked yet, at the same time. */
    List<BootJars.App> of(List<Kind> kinds) {
        List<CompletableFuture<BootJars.App>> apps =
                kinds.stream()
                        .map(
                                kind ->
                                        CompletableFuture.supplyAsync(
                                                () -> unpack(kind), Thread::startVirtualThread))
                        .toList();
        try {
            return apps.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof CliException told ? told : failure;
        }
    }

    private BootJars.App unpack(Kind kind) {
        try {
            return jars.extract(kind);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
