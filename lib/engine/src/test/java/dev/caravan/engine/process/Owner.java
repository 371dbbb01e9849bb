package dev.caravan.engine.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An owner to be killed: starts commands on a leash, prints their pids and waits. Arguments: the
 * folder, then one shell command for each process.
 */
public final class Owner {

    private Owner() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        ProcessLauncher launcher = ProcessLauncher.open(folder.resolve("run"));
        for (int process = 1; process < arguments.length; process++) {
            LeashedProcess started =
                    launcher.start(
                            new ProcessSpec(
                                    List.of("/bin/sh", "-c", arguments[process]),
                                    Map.of(),
                                    folder,
                                    folder.resolve("process-" + process + ".log"),
                                    ProcessSpec.LEAST_LOG_BYTES));
            System.out.println(started.pid());
        }
        System.out.println("ready");
        Thread.currentThread().join();
    }

    /** Starts an owner in a JVM of its own. */
    public static Process start(Path folder, String... commands) throws Exception {
        return start(folder, Map.of(), commands);
    }

    static Process start(Path folder, Map<String, String> environment, String... commands)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Owner.class.getName(),
                                folder.toString()));
        command.addAll(List.of(commands));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The pids of its processes, once all run. */
    public static List<ProcessHandle> processes(Process owner) {
        return owner.inputReader()
                .lines()
                .takeWhile(line -> !line.equals("ready"))
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                .toList();
    }
}
