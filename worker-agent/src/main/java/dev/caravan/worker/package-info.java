/**
 * One agent per host: it owns the engines, their slots and the model store. It runs what it is told
 * to run and says how it goes; it decides nothing about other hosts. Start at {@link
 * dev.caravan.worker.app.run.Runs} for a request and at {@link
 * dev.caravan.worker.app.desired.ReconcileLoop} for a load.
 */
@NullMarked
package dev.caravan.worker;

import org.jspecify.annotations.NullMarked;
