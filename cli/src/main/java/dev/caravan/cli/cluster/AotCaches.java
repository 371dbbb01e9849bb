package dev.caravan.cli.cluster;

import dev.caravan.cli.process.Daemons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Start-up caches of the virtual machine (JEP 483, 514): classes loaded and linked ahead of time.
 * One belongs to exactly one build of a service, one virtual machine and one set of flags; its name
 * says which.
 *
 * <p>A cache comes from a training run that ends when the service's beans are made: it opens no
 * port and needs no neighbour.
 */
final class AotCaches {

    private static final int KEY_BYTES = 8;
    private static final String UNFINISHED = ".unfinished-";

    /** A training run on a slow and busy machine; beyond it something is wrong. */
    private static final int LONGEST_RUN_SECONDS = 180;

    private final Home home;
    private final Path java;

    AotCaches(Home home, Path java) {
        this.home = home;
        this.java = java;
    }

    /** The cache for an app, if it was made. */
    Optional<Path> ready(BootJars.App app) {
        return Optional.of(file(app)).filter(Files::exists);
    }

    private Path file(BootJars.App app) {
        String made = app.key() + System.getProperty("java.vm.version") + JvmFlags.of(app.kind());
        byte[] digest = BootJars.sha256().digest(made.getBytes(StandardCharsets.UTF_8));
        String key = HexFormat.of().formatHex(digest, 0, KEY_BYTES);
        return home.cache().resolve("aot").resolve(app.kind().module() + "-" + key + ".aot");
    }

    List<BootJars.App> missing(Collection<BootJars.App> apps) {
        return apps.stream().filter(app -> ready(app).isEmpty()).toList();
    }

    /** Makes caches one after another and waits for them. */
    void makeNow(List<BootJars.App> apps, String clusterId) throws IOException {
        Process maker = start(apps, clusterId);
        try {
            if (!maker.waitFor((long) LONGEST_RUN_SECONDS * apps.size(), TimeUnit.SECONDS)) {
                maker.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            maker.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Starts a process that makes caches one after another, at the lowest priority and each in
     * bounded time, and then ends.
     */
    Process start(List<BootJars.App> apps, String clusterId) throws IOException {
        List<String> script = new ArrayList<>();
        script.add("#!/bin/sh");
        for (BootJars.App app : apps) {
            Path cache = file(app);
            Files.createDirectories(cache.getParent());
            deleteOlder(app.kind(), cache);
            script.addAll(training(app, cache));
        }
        Path file = home.work().resolve("make-caches.sh");
        Files.write(file, script);
        Path output = home.output(Kind.CACHES.label());
        Logs.boundOutput(output);
        List<String> command = new ArrayList<>();
        Daemons.find("nice")
                .ifPresent(nice -> command.addAll(List.of(nice.toString(), "-n", "19")));
        command.addAll(List.of("sh", file.toString()));
        return Daemons.start(
                command,
                Map.of(
                        LaunchPlan.CLUSTER_ID,
                        clusterId,
                        "CARAVAN_TOKEN",
                        "training-run-that-reaches-nobody",
                        "CARAVAN_TOKEN_FILE",
                        "",
                        "CARAVAN_HOME",
                        "",
                        "CARAVAN_JAVA_HOME",
                        "",
                        Jvm.OPTIONS,
                        "",
                        "CARAVAN_REGISTRY",
                        "http://127.0.0.1:1",
                        "CARAVAN_REDIS",
                        "redis://127.0.0.1:1",
                        "SERVER_PORT",
                        "0"),
                home.work(),
                output);
    }

    /** Makes no cache that is there, or that another cluster is making: one is enough. */
    private List<String> training(BootJars.App app, Path cache) {
        Path fresh =
                cache.resolveSibling(
                        UNFINISHED + cache.getFileName() + "." + ProcessHandle.current().pid());
        Path data = home.work().resolve("training-" + app.kind().label());
        List<String> run = new ArrayList<>();
        Daemons.find("timeout")
                .ifPresent(
                        timeout ->
                                run.addAll(
                                        List.of(
                                                timeout.toString(),
                                                "-k",
                                                "5",
                                                Integer.toString(LONGEST_RUN_SECONDS))));
        run.add(java.toString());
        run.addAll(JvmFlags.of(app.kind()));
        run.add("-XX:AOTCacheOutput=" + fresh);
        run.add("-Dspring.context.exit=onRefresh");
        run.add("-Dcaravan.data-dir=" + data);
        run.add("-jar");
        run.add(app.jar().toString());
        // a virtual machine that cannot use a cache does not start: tried before it is kept
        List<String> trial = new ArrayList<>();
        trial.add(java.toString());
        trial.addAll(JvmFlags.of(app.kind()));
        trial.addAll(List.of("-XX:AOTCache=" + fresh, "-cp", app.jar().toString(), "-version"));
        return List.of(
                """
                if [ ! -e %1$s ] && { (set -C; echo $$ > %2$s) || ! kill -0 $(cat %2$s); } 2> /dev/null; then
                  echo $$ > %2$s
                  %3$s && %4$s && mv %5$s %1$s
                  rm -f %2$s
                fi
                """
                        .formatted(
                                quoted(cache),
                                quoted(cache.resolveSibling(UNFINISHED + cache.getFileName())),
                                line(run),
                                line(trial),
                                quoted(fresh)),
                line(List.of("rm", "-rf", fresh, fresh + ".config", data)));
    }

    private static String line(List<?> words) {
        return String.join(" ", words.stream().map(AotCaches::quoted).toList());
    }

    private static String quoted(Object word) {
        return "'" + word.toString().replace("'", "'\\''") + "'";
    }

    private static void deleteOlder(Kind kind, Path kept) throws IOException {
        Instant abandoned = Instant.now().minusSeconds(2L * LONGEST_RUN_SECONDS);
        try (DirectoryStream<Path> caches =
                Files.newDirectoryStream(kept.getParent(), "*" + kind.module() + "-*")) {
            for (Path cache : caches) {
                boolean unfinished = cache.getFileName().toString().startsWith(UNFINISHED);
                if (unfinished
                        ? Files.getLastModifiedTime(cache).toInstant().isBefore(abandoned)
                        : !cache.equals(kept)) {
                    Files.deleteIfExists(cache);
                }
            }
        }
    }
}
