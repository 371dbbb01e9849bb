package dev.caravan.cli.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes that were started, on disk, by pid and start time. A damaged table counts as empty:
 * {@link Shutdown} finds processes by the cluster's id in their environment too.
 */
public record ProcessTable(List<Member> members) {

    static final ProcessTable EMPTY = new ProcessTable(List.of());

    public ProcessTable {
        members = List.copyOf(members);
    }

    public static ProcessTable read(Home home) throws IOException {
        return StateFiles.read(home.processTable(), ProcessTable.class).orElse(EMPTY);
    }

    void write(Home home) throws IOException {
        StateFiles.write(home.processTable(), this);
    }

    /** This table with {@code member} in the place of any other of its name. */
    ProcessTable with(Member member) {
        List<Member> next = new ArrayList<>(members);
        next.removeIf(other -> other.name().equals(member.name()));
        next.add(member);
        return new ProcessTable(next);
    }

    public Optional<Member> living(String name) {
        return members.stream()
                .filter(member -> member.name().equals(name))
                .filter(Member::alive)
                .findFirst();
    }

    public List<Member> living() {
        return members.stream().filter(Member::alive).toList();
    }
}
