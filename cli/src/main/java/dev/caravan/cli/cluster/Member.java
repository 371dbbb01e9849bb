package dev.caravan.cli.cluster;

import dev.caravan.cli.process.ProcessIdentity;

/**
 * One process of the cluster that was started.
 *
 * @param name "gateway", "agent-2"
 * @param port 0 where it picks one itself and tells it in its ready file
 */
public record Member(String name, Kind kind, ProcessIdentity process, int port) {

    public boolean alive() {
        return process.alive();
    }
}
