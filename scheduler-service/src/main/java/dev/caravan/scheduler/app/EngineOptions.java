package dev.caravan.scheduler.app;

import java.util.List;
import java.util.Set;

/**
 * The switches of the engine that a policy may set: those that tune how it computes. All that name
 * files, addresses or keys, and those that Caravan sets itself, are left out, since a policy can be
 * put by whoever reaches the gateway.
 */
final class EngineOptions {

    private static final Set<String> ALLOWED =
            Set.of(
                    "-t",
                    "--threads",
                    "-tb",
                    "--threads-batch",
                    "--prio",
                    "--poll",
                    "-b",
                    "--batch-size",
                    "-ub",
                    "--ubatch-size",
                    "-fa",
                    "--flash-attn",
                    "-ctk",
                    "--cache-type-k",
                    "-ctv",
                    "--cache-type-v",
                    "-kvu",
                    "--kv-unified",
                    "-no-kvu",
                    "--no-kv-unified",
                    "--swa-full",
                    "-nkvo",
                    "--no-kv-offload",
                    "-nr",
                    "--no-repack",
                    "--no-op-offload",
                    "--mlock",
                    "--no-mmap",
                    "-lm",
                    "--numa",
                    "--no-host",
                    "-ngl",
                    "--n-gpu-layers",
                    "-cmoe",
                    "--cpu-moe",
                    "-ncmoe",
                    "--n-cpu-moe",
                    "--rope-scaling",
                    "--rope-scale",
                    "--rope-freq-base",
                    "--rope-freq-scale",
                    "--yarn-orig-ctx",
                    "--yarn-ext-factor",
                    "--yarn-attn-factor",
                    "--yarn-beta-slow",
                    "--yarn-beta-fast",
                    "--cache-reuse",
                    "--cache-ram",
                    "--no-context-shift",
                    "--context-shift",
                    "--keep",
                    "--reasoning-format",
                    "--reasoning-budget",
                    "--jinja",
                    "--no-jinja");

    private static final int MOST = 64;

    private EngineOptions() {}

    /**
     * @throws IllegalArgumentException naming the first that is not allowed
     */
    static void check(List<String> options) {
        if (options.size() > MOST) {
            throw new IllegalArgumentException(
                    "engineOptions: %d words (expected: at most %d)"
                            .formatted(options.size(), MOST));
        }
        boolean mayBeValue = false;
        for (String option : options) {
            boolean number = option.matches("-?[0-9][0-9.]*");
            boolean plain = option.matches("[A-Za-z0-9_.,-]+");
            if (!plain || (!ALLOWED.contains(option) && !(mayBeValue && isValue(option, number)))) {
                throw new IllegalArgumentException(
                        "engineOptions: \"%s\" (expected: one of %s, each with at most one plain value)"
                                .formatted(option, ALLOWED.stream().sorted().toList()));
            }
            mayBeValue = ALLOWED.contains(option);
        }
    }

    private static boolean isValue(String option, boolean number) {
        return number || !option.startsWith("-");
    }
}
