package dev.caravan.worker.app.engine;

/**
 * How an engine process ended.
 *
 * @param exitCode 128 + n where signal n ended it
 * @param description for people: the code and the log's last lines
 */
public record EngineEnd(int exitCode, String description) {}
