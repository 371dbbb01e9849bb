/**
 * What is done with models besides running them: listing, showing, uploading, making. Start at
 * {@link dev.caravan.gateway.app.models.ModelCreation}; {@link
 * dev.caravan.gateway.app.models.AgentStores} and {@link dev.caravan.gateway.app.models.Catalogue}
 * are the ports.
 */
@NullMarked
package dev.caravan.gateway.app.models;

import org.jspecify.annotations.NullMarked;
