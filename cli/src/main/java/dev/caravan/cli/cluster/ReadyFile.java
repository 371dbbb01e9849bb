package dev.caravan.cli.cluster;

import java.io.IOException;
import java.util.Optional;

/** What a service writes when it listens. */
public record ReadyFile(String service, long pid, int port, int managementPort) {

    /** Empty until this very process has written it: an older one's file does not count. */
    public static Optional<ReadyFile> of(Home home, Member member) throws IOException {
        return StateFiles.read(home.readyFile(member.name()), ReadyFile.class)
                .filter(ready -> ready.pid() == member.process().pid());
    }
}
