package dev.caravan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a running engine, so that another can be started as it was. */
record EngineProcess(List<String> command) {

    EngineProcess {
        command = List.copyOf(command);
    }

    static EngineProcess of(long pid) throws IOException {
        String words = Files.readString(Path.of("/proc/" + pid, "cmdline"), UTF_8);
        return new EngineProcess(List.of(words.split("\0")));
    }

    String option(String name) {
        return command.get(command.indexOf(name) + 1);
    }

    EngineProcess with(String name, String value) {
        List<String> changed = new ArrayList<>(command);
        changed.set(command.indexOf(name) + 1, value);
        return new EngineProcess(changed);
    }

    /** Without an option and its value. */
    EngineProcess without(String... names) {
        List<String> changed = new ArrayList<>(command);
        for (String name : names) {
            int at = changed.indexOf(name);
            changed.subList(at, at + 2).clear();
        }
        return new EngineProcess(changed);
    }
}
