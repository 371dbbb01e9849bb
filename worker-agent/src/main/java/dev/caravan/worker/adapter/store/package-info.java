/**
 * The model store in Ollama's layout on disk, so that a host that has Ollama shares its models with
 * no copy. Start at {@link dev.caravan.worker.adapter.store.FolderModelStore}; {@link
 * dev.caravan.worker.adapter.store.StoreFolders} says where everything lies.
 */
@NullMarked
package dev.caravan.worker.adapter.store;

import org.jspecify.annotations.NullMarked;
