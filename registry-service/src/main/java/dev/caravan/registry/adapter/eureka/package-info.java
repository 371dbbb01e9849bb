/** Lists the registry among the services that it lists. */
@NullMarked
package dev.caravan.registry.adapter.eureka;

import org.jspecify.annotations.NullMarked;
