package dev.caravan.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * How the services' virtual machines are kept small: six of them share a laptop.
 *
 * <p>Control services do little: a small heap and the quick compiler only. Gateway and agents carry
 * requests and get the full compiler. Netty's buffers are outside of the heap, hence the bound on
 * direct memory.
 */
final class JvmFlags {

    private static final List<String> ALL =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-Xss512k",
                    "-XX:+ExitOnOutOfMemoryError",
                    // classes of the start-up cache are shared, not copied to another address
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:ArchiveRelocationMode=0",
                    // what the compilers needed while the service started goes back
                    "-XX:TrimNativeHeapInterval=10000",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private static final List<String> CONTROL =
            List.of(
                    "-Xmx96m",
                    // a young part that is soon full again keeps garbage from filling the rest
                    "-Xms24m",
                    "-Xmn10m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:ReservedCodeCacheSize=48m",
                    "-XX:MaxDirectMemorySize=32m");

    private static final List<String> DATA =
            List.of(
                    "-Xmx256m",
                    "-Xms48m",
                    "-Xmn32m",
                    "-XX:ReservedCodeCacheSize=96m",
                    // three times the usual: the start alone is not worth the full compiler
                    "-XX:Tier4InvocationThreshold=15000",
                    "-XX:Tier4MinInvocationThreshold=1800",
                    "-XX:Tier4CompileThreshold=45000",
                    "-XX:Tier4BackEdgeThreshold=120000",
                    "-XX:MaxDirectMemorySize=96m");

    private JvmFlags() {}

    static List<String> of(Kind kind) {
        List<String> flags = new ArrayList<>(ALL);
        flags.addAll(kind.dataPlane() ? DATA : CONTROL);
        return flags;
    }
}
