/**
 * The engines of this host and the room in them. Start at {@link
 * dev.caravan.worker.app.engine.EngineSupervisor}, which starts and ends them, and {@link
 * dev.caravan.worker.app.engine.SlotGate}, which says who may use one.
 */
@NullMarked
package dev.caravan.worker.app.engine;

import org.jspecify.annotations.NullMarked;
