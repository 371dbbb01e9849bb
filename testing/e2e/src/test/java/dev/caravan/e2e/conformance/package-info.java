/**
 * Ollama's API table by table, against any server that speaks it. Cases are in resource files, one
 * for each part of the contract; start at {@link dev.caravan.e2e.conformance.Suite}.
 */
@NullMarked
package dev.caravan.e2e.conformance;

import org.jspecify.annotations.NullMarked;
