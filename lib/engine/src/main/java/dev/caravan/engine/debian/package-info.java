/**
 * llama.cpp from Debian's signed index, unpacked without root into a private folder. Start at
 * {@link dev.caravan.engine.debian.DebianPackages}.
 */
@NullMarked
package dev.caravan.engine.debian;

import org.jspecify.annotations.NullMarked;
