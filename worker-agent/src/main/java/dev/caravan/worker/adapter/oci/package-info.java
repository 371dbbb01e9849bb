/**
 * Registries of models, over the protocol that Ollama speaks with them. Start at {@link
 * dev.caravan.worker.adapter.oci.OciRegistries}.
 */
@NullMarked
package dev.caravan.worker.adapter.oci;

import org.jspecify.annotations.NullMarked;
