/**
 * Finds llama.cpp, installs it where it is not, tries it once and remembers what it is. Start at
 * {@link dev.caravan.engine.EngineFinder}; {@code process} starts engines so that they die with
 * their owner.
 */
@NullMarked
package dev.caravan.engine;

import org.jspecify.annotations.NullMarked;
