package dev.caravan.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Signals to processes that Java has none for; Linux and macOS. */
public final class Signals {

    private Signals() {}

    /** Makes a process stand still, its connections and memory with it. */
    public static void stop(long pid) {
        send("STOP", pid);
    }

    /** Lets it go on. */
    public static void go(long pid) {
        send("CONT", pid);
    }

    private static void send(String signal, long pid) {
        List<String> command = List.of("kill", "-" + signal, Long.toString(pid));
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IllegalStateException(command + ": exit code " + code);
            }
        } catch (IOException unable) {
            throw new UncheckedIOException(unable);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
