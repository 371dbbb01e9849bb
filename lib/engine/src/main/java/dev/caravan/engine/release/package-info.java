/**
 * llama.cpp from the archives of its own releases, by name and checksum. Start at {@link
 * dev.caravan.engine.release.ReleaseArchive}.
 */
@NullMarked
package dev.caravan.engine.release;

import org.jspecify.annotations.NullMarked;
