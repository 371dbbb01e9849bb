/**
 * The rounds of questions and who is a member by their answers. Start at {@link
 * dev.caravan.health.app.HealthRounds}.
 */
@NullMarked
package dev.caravan.health.app;

import org.jspecify.annotations.NullMarked;
