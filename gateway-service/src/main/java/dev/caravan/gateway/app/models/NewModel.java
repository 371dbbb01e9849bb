package dev.caravan.gateway.app.models;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;

/**
 * A model to be made of one uploaded file.
 *
 * @param file name the client gave it
 * @param blob {@code sha256:<hex>}
 */
public record NewModel(ModelRef name, String file, String blob, Continuation continuation) {}
