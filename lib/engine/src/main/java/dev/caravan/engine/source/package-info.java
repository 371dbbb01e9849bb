/**
 * Where llama.cpp can come from: a configured folder, the search path, a package source. Start at
 * {@link dev.caravan.engine.source.EngineSource}.
 */
@NullMarked
package dev.caravan.engine.source;

import org.jspecify.annotations.NullMarked;
