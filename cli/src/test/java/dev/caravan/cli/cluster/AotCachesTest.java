package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AotCachesTest {

    @TempDir private Path folder;

    private Home home;

    @BeforeEach
    void makeTheHome() throws IOException {
        home = new Home(folder, folder.resolve("state"));
        home.create();
    }

    @Test
    void keepsACacheThatATrainingRunHasMade() throws Exception {
        AotCaches caches =
                new AotCaches(
                        home,
                        java("case $1 in *Output*) echo cache > ${1#-XX:AOTCacheOutput=};; esac"));
        BootJars.App app = app(Kind.GATEWAY, "one");

        caches.makeNow(List.of(app), "id");

        assertThat(caches.ready(app))
                .hasValueSatisfying(file -> assertThat(file).hasContent("cache"));
        assertThat(caches.missing(List.of(app, app(Kind.GATEWAY, "two"), app(Kind.HEALTH, "one"))))
                .containsExactly(app(Kind.GATEWAY, "two"), app(Kind.HEALTH, "one"));
    }

    @Test
    void leavesACacheThatAnotherClusterHasMadeByThen() throws Exception {
        AotCaches caches =
                new AotCaches(
                        home,
                        java(
                                "case $1 in *Output*) echo cache >> ${1#-XX:AOTCacheOutput=}; echo run >> %s;; esac"
                                        .formatted(folder.resolve("runs"))));
        BootJars.App app = app(Kind.GATEWAY, "one");

        caches.makeNow(List.of(app, app), "id");

        assertThat(folder.resolve("runs")).hasContent("run");
        assertThat(caches.ready(app)).isPresent();
    }

    @Test
    void leavesACacheToTheClusterThatIsMakingIt() throws Exception {
        Path runs = folder.resolve("runs");
        Path java =
                java(
                        "case $1 in *Output*) echo run >> %s; sleep 1; echo cache > ${1#-XX:AOTCacheOutput=};; esac"
                                .formatted(runs));
        Home other = new Home(folder, folder.resolve("other"));
        other.create();
        BootJars.App app = app(Kind.GATEWAY, "one");
        Process first = new AotCaches(home, java).start(List.of(app), "id");
        await().until(() -> Files.exists(runs));

        new AotCaches(other, java).makeNow(List.of(app), "id");

        assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasContent("run");
        assertThat(new AotCaches(home, java).ready(app)).isPresent();
    }

    @Test
    void makesACacheThatNobodyMakesAnyMore() throws Exception {
        BootJars.App app = app(Kind.GATEWAY, "one");
        Path runs = folder.resolve("runs");
        Process killed =
                new AotCaches(home, java("echo run >> %s; sleep 1".formatted(runs)))
                        .start(List.of(app), "id");
        await().until(() -> Files.exists(runs));
        killed.destroyForcibly().waitFor();
        assertThat(home.cache().resolve("aot")).isNotEmptyDirectory();
        AotCaches caches =
                new AotCaches(
                        home,
                        java("case $1 in *Output*) echo cache > ${1#-XX:AOTCacheOutput=};; esac"));

        caches.makeNow(List.of(app), "id");

        assertThat(caches.ready(app)).isPresent();
    }

    @Test
    void keepsNothingOfATrainingRunThatFailed() throws Exception {
        AotCaches caches =
                new AotCaches(home, java("echo half > ${1#-XX:AOTCacheOutput=}; exit 1"));
        BootJars.App app = app(Kind.GATEWAY, "one");

        caches.makeNow(List.of(app), "id");

        assertThat(caches.ready(app)).isEmpty();
        assertThat(home.cache().resolve("aot")).isEmptyDirectory();
    }

    @Test
    void keepsNoCacheThatTheVirtualMachineCannotUse() throws Exception {
        AotCaches caches =
                new AotCaches(
                        home,
                        java(
                                "case $* in *-version*) exit 1;; *) echo cache > ${1#-XX:AOTCacheOutput=};; esac"));
        BootJars.App app = app(Kind.GATEWAY, "one");

        caches.makeNow(List.of(app), "id");

        assertThat(caches.ready(app)).isEmpty();
        assertThat(home.cache().resolve("aot")).isEmptyDirectory();
    }

    @Test
    void givesTheTrainingRunNoWayToARunningCluster() throws Exception {
        Path seen = folder.resolve("seen");
        AotCaches caches = new AotCaches(home, java("env >> " + seen));

        caches.start(List.of(app(Kind.AGENT, "one")), "id").waitFor(10, TimeUnit.SECONDS);

        assertThat(Files.readAllLines(seen))
                .contains(
                        "CARAVAN_REGISTRY=http://127.0.0.1:1",
                        "CARAVAN_REDIS=redis://127.0.0.1:1",
                        "CARAVAN_CLUSTER_ID=id",
                        "SERVER_PORT=0");
    }

    private static BootJars.App app(Kind kind, String key) {
        return new BootJars.App(kind, key, Path.of("app.jar"));
    }

    /** Stands for a virtual machine; its first argument is the cache to be made. */
    private Path java(String script) throws IOException {
        Path java = folder.resolve("java");
        Files.writeString(
                java,
                "#!/bin/sh\nfor word; do case $word in -XX:AOTCacheOutput=*) set -- \"$word\";; esac; done\n"
                        + script
                        + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return java;
    }
}
