package dev.caravan.wire;

/**
 * Sets the policy of a model.
 *
 * @param model its name as displayed
 */
public record PolicyChange(String model, PolicyMessage policy) {}
