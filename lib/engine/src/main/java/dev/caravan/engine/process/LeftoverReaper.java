package dev.caravan.engine.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The net below the leash: a list of the processes that run, on disk, so that the next owner of the
 * folder can end those that outlived the last one (their watcher was killed by hand). A pid alone
 * is not enough, since it may have been given to another process; pid and start time are.
 */
final class LeftoverReaper {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /** One line of the list; the command is for people who read it. */
    private record Entry(long pid, String start, List<String> command) {
        ProcessIdentity identity() {
            return new ProcessIdentity(pid, start);
        }
    }

    private final Path list;
    private final List<Entry> running = new ArrayList<>();

    LeftoverReaper(Path list) {
        this.list = list;
    }

    /**
     * Kills what is left of the last owner's processes and starts an empty list.
     *
     * @return the pids that were killed
     */
    synchronized List<Long> reap() throws IOException {
        List<Long> killed = new ArrayList<>();
        for (Entry entry : read()) {
            if (entry.identity().isAlive()) {
                ProcessHandle.of(entry.pid()).ifPresent(LeftoverReaper::kill);
                killed.add(entry.pid());
            }
        }
        write();
        return List.copyOf(killed);
    }

    synchronized void started(ProcessIdentity identity, List<String> command) throws IOException {
        running.add(new Entry(identity.pid(), identity.start(), command));
        write();
    }

    synchronized void ended(long pid) throws IOException {
        if (running.removeIf(entry -> entry.pid() == pid)) {
            write();
        }
    }

    private static void kill(ProcessHandle process) {
        Stream.concat(Stream.of(process), process.descendants())
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
    }

    private List<Entry> read() throws IOException {
        if (Files.notExists(list)) {
            return List.of();
        }
        try {
            return MAPPER.readValue(Files.readAllBytes(list), new TypeReference<>() {});
        } catch (JacksonException unreadable) {
            // Written whole or not at all: what cannot be read was not written by us.
            return List.of();
        }
    }

    private void write() throws IOException {
        Path next = list.resolveSibling(list.getFileName() + ".next");
        Files.write(next, MAPPER.writeValueAsBytes(running));
        Files.move(next, list, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
