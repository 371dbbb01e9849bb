/**
 * Models from files: checked, made, quantized, sent to the gateway. Start at {@link
 * dev.caravan.cli.model.ModelImport}.
 */
@NullMarked
package dev.caravan.cli.model;

import org.jspecify.annotations.NullMarked;
