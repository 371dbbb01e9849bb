package dev.caravan.health.app;

/** How the question for an agent's report ended. */
public sealed interface Answer<R> {

    record Report<R>(AgentReading<R> reading) implements Answer<R> {}

    /** It answers, and nothing changed since the sequence it was asked with. */
    record Unchanged<R>() implements Answer<R> {}

    /** Its host says that nobody listens there; the process is gone. */
    record Refused<R>(String reason) implements Answer<R> {}

    /** No connection came about, and nobody refused it: no way there, or a firewall. */
    record Unreachable<R>(String reason) implements Answer<R> {}

    /** Nothing, or nothing that can be read, within the time. */
    record Silent<R>(String reason) implements Answer<R> {}
}
