package dev.caravan.scheduler.app;

/**
 * How it stands with the standbys of a model.
 *
 * @param wanted replicas beside the one that is used
 * @param ready how many there are
 * @param reason why there are not more, at the last try; empty where none was made or needed
 */
public record Standby(int wanted, int ready, String reason) {}
