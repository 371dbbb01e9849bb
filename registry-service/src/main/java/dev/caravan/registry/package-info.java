/**
 * Control plane: says which processes exist (an Eureka server) and which model is on which disk
 * (the catalogue). Start at {@link dev.caravan.registry.app.Catalogue}.
 */
@NullMarked
package dev.caravan.registry;

import org.jspecify.annotations.NullMarked;
