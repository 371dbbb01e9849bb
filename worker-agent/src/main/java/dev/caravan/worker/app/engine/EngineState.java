package dev.caravan.worker.app.engine;

import java.time.Duration;
import java.util.OptionalInt;

/** Where an engine process is in its life. */
public sealed interface EngineState {

    /** Started, not ready. */
    record Loading(long pid) implements EngineState {}

    /**
     * @param address host:port on loopback
     * @param loadTime from the start to the first answer
     */
    record Ready(long pid, String address, Duration loadTime) implements EngineState {}

    /** No longer wanted; ends with its last run. */
    record Draining(long pid, String address, Duration loadTime) implements EngineState {}

    /** Was ready and ended by itself. */
    record Exited(int exitCode, String fault, Duration loadTime) implements EngineState {}

    /** Never became ready; without an exit code where no process could be started. */
    record Failed(OptionalInt exitCode, String fault) implements EngineState {}

    /** Whether a process belongs to it. */
    default boolean isLive() {
        return switch (this) {
            case Loading _, Ready _, Draining _ -> true;
            case Exited _, Failed _ -> false;
        };
    }

    /** Whether it takes more runs, or will. */
    default boolean stays() {
        return switch (this) {
            case Loading _, Ready _ -> true;
            case Draining _, Exited _, Failed _ -> false;
        };
    }

    /** 0 where there is no process any more. */
    default long processId() {
        return switch (this) {
            case Loading(long pid) -> pid;
            case Ready(long pid, _, _) -> pid;
            case Draining(long pid, _, _) -> pid;
            case Exited _, Failed _ -> 0;
        };
    }
}
