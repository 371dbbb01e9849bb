/**
 * The neighbours that know models: the registry's catalogue and the agents' stores, over HTTP.
 * Start at {@link dev.caravan.gateway.adapter.catalogue.RegistryCatalogue}.
 */
@NullMarked
package dev.caravan.gateway.adapter.catalogue;

import org.jspecify.annotations.NullMarked;
