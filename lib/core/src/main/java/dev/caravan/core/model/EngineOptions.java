package dev.caravan.core.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Switches of an engine that a model's policy may add. Only those that say how the engine computes:
 * others could read and write files, open ports, or put layers elsewhere than planned.
 *
 * @param switches as the engine takes them, one word each
 */
public record EngineOptions(List<String> switches) {

    public static final EngineOptions NONE = new EngineOptions(List.of());

    private static final int MOST = 64;

    private static final Set<String> FLASH_ATTENTION = Set.of("-fa", "--flash-attn");
    private static final Set<String> V_CACHE_TYPE = Set.of("-ctv", "--cache-type-v");
    private static final List<String> PLACEMENT =
            List.of("-ngl", "--n-gpu-layers", "-cmoe", "--cpu-moe", "-ncmoe", "--n-cpu-moe");

    private static final Set<String> PLAIN_TYPES = Set.of("f32", "f16", "bf16");

    private static final Set<String> ALLOWED =
            Set.of(
                    "-fa --flash-attn -ctk --cache-type-k -ctv --cache-type-v -nkvo --no-kv-offload "
                            .concat("-kvu --kv-unified -no-kvu --no-kv-unified --swa-full ")
                            .concat("--context-shift --no-context-shift --cache-reuse -cram ")
                            .concat("--cache-ram -sps --slot-prompt-similarity --numa --mlock -lm ")
                            .concat("-t --threads -tb --threads-batch -b --batch-size -ub ")
                            .concat("--ubatch-size --poll --poll-batch --prio --prio-batch -C ")
                            .concat("--cpu-mask -Cr --cpu-range --cpu-strict --repack --no-repack ")
                            .concat("-nr --warmup --no-warmup --rope-scaling --rope-scale ")
                            .concat("--rope-freq-base --rope-freq-scale --yarn-orig-ctx ")
                            .concat("--yarn-ext-factor --yarn-attn-factor --yarn-beta-slow ")
                            .concat("--yarn-beta-fast --reasoning-format --reasoning-budget ")
                            .concat("--no-op-offload --no-mmap --no-host -cmoe --cpu-moe -ncmoe ")
                            .concat("--n-cpu-moe -ngl --n-gpu-layers --keep --jinja --no-jinja ")
                            .concat("--spec-type --spec-draft-n-max --spec-draft-n-min")
                            .split(" "));

    /** Numbers, words and lists of them, no paths. */
    private static final Pattern VALUE = Pattern.compile("-?[A-Za-z0-9_.,:]{1,64}");

    private static final Pattern NUMBER = Pattern.compile("-[0-9.]+");

    public EngineOptions {
        switches = List.copyOf(switches);
        if (switches.size() > MOST) {
            throw new IllegalArgumentException(
                    "engine options: %d words (expected: at most %d)"
                            .formatted(switches.size(), MOST));
        }
        for (int index = 0; index < switches.size(); index++) {
            check(switches.get(index), index);
        }
    }

    private static void check(String word, int index) {
        boolean isSwitch = word.startsWith("-") && !NUMBER.matcher(word).matches();
        if (isSwitch && !ALLOWED.contains(word)) {
            throw new IllegalArgumentException(
                    "engine option: \"%s\" (expected: one that says how the engine computes, such as -fa, -ctk, -ub, --mlock; others belong to caravan.worker.engine-arguments of an agent)"
                            .formatted(word));
        }
        if (!isSwitch && (index == 0 || !VALUE.matcher(word).matches())) {
            throw new IllegalArgumentException(
                    "engine option: \"%s\" (expected: a switch, or the number or word that follows one)"
                            .formatted(word));
        }
    }

    /**
     * @throws IllegalArgumentException where one of them undoes what the continuation rests on
     */
    public void requireFor(Continuation continuation) {
        if (continuation != Continuation.EXACT) {
            return;
        }
        for (int index = 0; index + 1 < switches.size(); index++) {
            String name = switches.get(index);
            String value = switches.get(index + 1).toLowerCase(Locale.ROOT);
            if (FLASH_ATTENTION.contains(name) && !value.equals("off")) {
                throw contradiction(name, value, "off");
            }
            if (V_CACHE_TYPE.contains(name) && !PLAIN_TYPES.contains(value)) {
                throw contradiction(name, value, "f32, f16 or bf16; others need flash attention");
            }
        }
        if (switches.contains("-kvu") || switches.contains("--kv-unified")) {
            throw contradiction("-kvu", "", "-no-kvu");
        }
    }

    /**
     * @throws IllegalArgumentException where one of them puts layers elsewhere than planned
     */
    public void requireForASplit() {
        for (String name : PLACEMENT) {
            if (switches.contains(name)) {
                throw new IllegalArgumentException(
                        "engine option with a split model: %s (expected: none, the plan places the layers; or ranges in the policy)"
                                .formatted(name));
            }
        }
    }

    private static IllegalArgumentException contradiction(
            String name, String value, String expected) {
        return new IllegalArgumentException(
                "engine option with continuation exact: %s (expected: %s; or another continuation)"
                        .formatted((name + " " + value).strip(), expected));
    }
}
