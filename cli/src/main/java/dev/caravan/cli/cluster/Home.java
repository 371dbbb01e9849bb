package dev.caravan.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Where things lie.
 *
 * @param project the folder with the built services
 * @param state what belongs to one cluster: {@code CARAVAN_HOME}, else {@code .caravan} in the
 *     project
 */
public record Home(Path project, Path state) {

    public Home {
        project = project.toAbsolutePath().normalize();
        state = state.toAbsolutePath().normalize();
    }

    public Path clusterFile() {
        return state.resolve("cluster.json");
    }

    public Path tokenFile() {
        return state.resolve("token");
    }

    /** The token of a cluster that an agent here has joined. */
    public Path joinTokenFile() {
        return state.resolve("join-token");
    }

    public Path processTable() {
        return state.resolve("processes.json");
    }

    public Path lockFile() {
        return state.resolve("lock");
    }

    public Path readyFile(String member) {
        return state.resolve("run").resolve(member + ".ready.json");
    }

    /** What a member tells its log. */
    public Path log(String member) {
        return state.resolve("logs").resolve(member + ".log");
    }

    /** What a member, or its virtual machine, says before and beside its log. */
    public Path output(String member) {
        return state.resolve("logs").resolve(member + ".out");
    }

    public Path data(String member) {
        return state.resolve("data").resolve(member);
    }

    public Path work() {
        return state.resolve("work");
    }

    /** Things made from the build, named by their content and so good for any cluster. */
    public Path cache() {
        return project.resolve(".caravan").resolve("cache");
    }

    /** Makes the folders; other users may not look into them. */
    public void create() throws IOException {
        for (Path folder :
                List.of(state, state.resolve("run"), state.resolve("logs"), work(), cache())) {
            Files.createDirectories(folder);
        }
        if (Files.getFileStore(state).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
