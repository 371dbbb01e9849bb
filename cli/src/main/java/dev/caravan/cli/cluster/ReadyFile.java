package dev.caravan.cli.cluster;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a service writes when it listens.
 *
 * @param host where neighbours reach it, as in a URL; absent in files of older builds
 */
public record ReadyFile(
        String service, long pid, @Nullable String host, int port, int managementPort) {

    public String url() {
        return "http://" + (host == null ? "127.0.0.1" : host) + ":" + port;
    }

    /** Empty until this very process has written it: an older one's file does not count. */
    public static Optional<ReadyFile> of(Home home, Member member) throws IOException {
        return StateFiles.read(home.readyFile(member.name()), ReadyFile.class)
                .filter(ready -> ready.pid() == member.process().pid());
    }
}
