package dev.caravan.worker.app.desired;

/** Keeps the desired state over a restart of the agent; may block. */
public interface DesiredFile {

    /** What was saved last; {@link DesiredState#NONE} where nothing was, or it cannot be read. */
    DesiredState read();

    /**
     * Saves whole or not at all.
     *
     * @throws java.io.UncheckedIOException where it could not be saved
     */
    void write(DesiredState state);
}
