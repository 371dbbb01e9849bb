package dev.caravan.scheduler.app;

/**
 * Why an agent is left out of plans of some model.
 *
 * @param until milliseconds since 1970
 * @param reason for people; names the model
 */
public record LeftOut(long until, String reason) {}
