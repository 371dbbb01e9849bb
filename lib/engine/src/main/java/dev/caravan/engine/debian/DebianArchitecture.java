package dev.caravan.engine.debian;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The machine types that Debian builds llama.cpp for and that Caravan knows the file names of. */
enum DebianArchitecture {
    AMD64("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    ARM64("aarch64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1");

    private final String javaName;
    private final String triplet;
    private final String loader;

    DebianArchitecture(String javaName, String triplet, String loader) {
        this.javaName = javaName;
        this.triplet = triplet;
        this.loader = loader;
    }

    /**
     * @param osName the JVM's {@code os.name}
     * @param osArch the JVM's {@code os.arch}
     */
    static Optional<DebianArchitecture> of(String osName, String osArch) {
        return Arrays.stream(values())
                .filter(known -> osName.equals("Linux") && known.javaName.equals(osArch))
                .findFirst();
    }

    /** As in package names and indexes. */
    String debianName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Where a package's libraries are, relative to its root. */
    String libraries() {
        return "usr/lib/" + triplet;
    }

    /** Where a package's internal executables are, relative to its root. */
    String internals() {
        return "usr/libexec/" + triplet;
    }

    /** The dynamic loader's file name. */
    String loader() {
        return loader;
    }
}
