/**
 * The agent's own small files: its id, and what it was last told to run. Start at {@link
 * dev.caravan.worker.adapter.files.DesiredJsonFile}.
 */
@NullMarked
package dev.caravan.worker.adapter.files;

import org.jspecify.annotations.NullMarked;
