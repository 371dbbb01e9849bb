package dev.caravan.worker.app.group;

/** What becomes of a head's wish for an RPC server; texts name the member and what to do. */
public sealed interface LinkAnswer {

    record Granted(LinkClaim claim) implements LinkAnswer {}

    /** Not lent here; it may be on its way. */
    record Absent(String text) implements LinkAnswer {}

    /** It has ended and is not started again. */
    record Ended(String text) implements LinkAnswer {}

    /** Another agent's. */
    record Forbidden(String text) implements LinkAnswer {}

    /** A head has it. */
    record Taken(String text) implements LinkAnswer {}

    /** It does not listen yet. */
    record NotReady(String text) implements LinkAnswer {}
}
