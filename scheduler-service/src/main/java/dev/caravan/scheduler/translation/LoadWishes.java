package dev.caravan.scheduler.translation;

import dev.caravan.core.run.LoadOptions;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How engines are to be started, as it crosses between services. */
public final class LoadWishes {

    private LoadWishes() {}

    public static LoadOptions read(dev.caravan.wire.@Nullable LoadOptions wire) {
        return wire == null
                ? LoadOptions.NONE
                : new LoadOptions(
                        number(wire.batch()),
                        number(wire.gpuLayers()),
                        number(wire.mainGpu()),
                        number(wire.threads()),
                        Optional.ofNullable(wire.mmap()));
    }

    static dev.caravan.wire.@Nullable LoadOptions message(LoadOptions options) {
        return options.equals(LoadOptions.NONE)
                ? null
                : new dev.caravan.wire.LoadOptions(
                        number(options.batch()),
                        number(options.gpuLayers()),
                        number(options.mainGpu()),
                        number(options.threads()),
                        options.mmap().orElse(null));
    }

    private static OptionalInt number(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static @Nullable Integer number(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }
}
