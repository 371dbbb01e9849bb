package dev.caravan.scheduler.app;

import java.util.OptionalLong;

/** Whether this process decides. Never blocks. */
public interface LeaderTerm {

    /** The epoch of the lease held now; empty where another process decides, or none. */
    OptionalLong epoch();
}
