package dev.caravan.worker.app.group;

import dev.caravan.worker.app.engine.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RPC servers that outlived their group, for the group that comes in its place. They belong to no
 * member, are in no report and hold no layers: an RPC server frees what a head gave it when that
 * leaves, and only then closes the connection, which is how it is told that one is free. Nothing
 * connects to one to find out. Used by the control thread alone.
 */
final class KeptServers {

    private static final Logger log = LoggerFactory.getLogger(KeptServers.class);

    /** To free what it holds; 300 MB take 45 ms. */
    private static final Duration TIDY = Duration.ofSeconds(1);

    private final Duration time;
    private final InstantSource clock;
    private final List<Kept> all = new ArrayList<>();

    /**
     * @param from the member it was started for, or had last
     */
    record Kept(MemberId from, RpcSetup setup, RpcServers.Running process, Instant since) {}

    /**
     * @param time that one is kept; 0: none is
     */
    KeptServers(Duration time, InstantSource clock) {
        this.time = time;
        this.clock = clock;
    }

    /** Whether one that a head has left is worth keeping. */
    boolean wants(RpcServers.Running process) {
        return time.isPositive() && process.sight() != RpcServers.Sight.STUCK;
    }

    void keep(MemberId from, RpcSetup setup, RpcServers.Running process) {
        all.add(new Kept(from, setup, process, clock.instant()));
        log.atInfo()
                .addKeyValue("member", from)
                .addKeyValue("pid", process.pid())
                .addKeyValue("most", time)
                .log("its head is gone: RPC server kept for the next group");
    }

    /** One that is free and was started just so; one that should be free and is not, ends. */
    Optional<Kept> take(RpcSetup setup) {
        endOld();
        for (Kept kept : List.copyOf(all)) {
            if (kept.setup().equals(setup)) {
                all.remove(kept);
                if (kept.process().sight() == RpcServers.Sight.FREE) {
                    return Optional.of(kept);
                }
                end(kept, "not free when it was asked for");
            }
        }
        return Optional.empty();
    }

    /** Ends those whose time is over and those that do not get free; now and then. */
    void endOld() {
        Instant now = clock.instant();
        for (Kept kept : List.copyOf(all)) {
            Duration age = Duration.between(kept.since(), now);
            if (age.compareTo(time) >= 0) {
                all.remove(kept);
                end(kept, "no group came for it");
            } else if (age.compareTo(TIDY) >= 0
                    && kept.process().sight() != RpcServers.Sight.FREE) {
                all.remove(kept);
                end(kept, "does not get free");
            }
        }
    }

    private static void end(Kept kept, String why) {
        log.atInfo()
                .addKeyValue("member", kept.from())
                .addKeyValue("pid", kept.process().pid())
                .addKeyValue("cause", why)
                .log("kept RPC server ended");
        kept.process().kill();
    }

    /** It has ended by itself. */
    void forget(RpcServers.Running process) {
        all.removeIf(kept -> kept.process() == process);
    }
}
