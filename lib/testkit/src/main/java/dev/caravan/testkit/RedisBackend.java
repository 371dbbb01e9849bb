package dev.caravan.testkit;

/** A running Redis, and the faults that it can be made to have. */
interface RedisBackend extends AutoCloseable {

    /** Kind and version, such as {@code process 7.0.15}. */
    String describe();

    String host();

    int port();

    /** Stops it in its tracks: connections stay open, nothing is answered. */
    void freeze();

    void thaw();

    /** Ends it at once; connections are refused from then on. */
    void kill();

    /** Starts it again, empty, on the same port. */
    void restart();

    @Override
    void close();
}
