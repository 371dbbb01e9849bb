package dev.caravan.engine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A compute backend that the engine loaded.
 *
 * @param name as the engine says it: {@code CPU}, {@code RPC}, {@code Vulkan}
 * @param library the file it came from
 */
public record Backend(String name, String library) {

    private static final Pattern CPU_LIBRARY = Pattern.compile("libggml-cpu-(.+)\\.(so|dylib)");

    /**
     * The processor generation a CPU backend is built for, such as {@code zen4}. Results differ in
     * their last bits between two of them.
     */
    public Optional<String> cpuVariant() {
        return Optional.of(CPU_LIBRARY.matcher(library))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1));
    }
}
