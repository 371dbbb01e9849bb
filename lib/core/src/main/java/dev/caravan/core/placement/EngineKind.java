package dev.caravan.core.placement;

/**
 * What has to be equal for engines to form a group.
 *
 * @param build name of the engine's build
 * @param rpcProtocol version of its RPC protocol; blank where it has no RPC server
 * @param backends what it computes with, where a group must not differ in that; else blank
 */
public record EngineKind(String build, String rpcProtocol, String backends) {

    /** An Ollama, which forms no groups. */
    public static final EngineKind OLLAMA = new EngineKind("ollama", "", "");

    public boolean canGroup() {
        return !rpcProtocol.isBlank();
    }

    @Override
    public String toString() {
        return "%s (RPC %s%s)"
                .formatted(
                        build,
                        canGroup() ? rpcProtocol : "none",
                        backends.isBlank() ? "" : ", " + backends);
    }
}
