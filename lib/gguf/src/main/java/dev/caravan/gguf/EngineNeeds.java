package dev.caravan.gguf;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What llama.cpp refuses to load a language model without, found by leaving each key out; said here
 * by name, before an engine is started for nothing.
 */
final class EngineNeeds {

    private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final String TOKENIZER = "tokenizer.ggml.model";
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final Set<String> WITHOUT_TOKENS = Set.of("none", "no_vocab");
    private static final List<String> LLAMA =
            List.of(
                    "llama.feed_forward_length",
                    "llama.attention.head_count",
                    "llama.attention.layer_norm_rms_epsilon");

    private final GgufFile file;

    EngineNeeds(GgufFile file) {
        this.file = file;
    }

    /** The architecture, which the names of other keys begin with. */
    String architecture() throws GgufException {
        String key = "general.architecture";
        Optional<String> architecture = file.text(key);
        if (architecture.isEmpty()) {
            throw missingKey(key, "a text such as llama");
        }
        if (!ARCHITECTURE.matcher(architecture.get()).matches()) {
            throw new GgufException(
                    GgufFault.BAD_VALUE,
                    "%s: %s (expected: a name such as llama)"
                            .formatted(key, Quoted.name(architecture.get())));
        }
        return architecture.get();
    }

    void check(String architecture) throws GgufException {
        refuseParts();
        if (file.tensors().isEmpty()) {
            throw new GgufException(
                    GgufFault.NO_TENSORS, "no tensors (expected: the weights of a model)");
        }
        String tokenizer =
                file.text(TOKENIZER)
                        .orElseThrow(() -> missingKey(TOKENIZER, "a text such as gpt2"));
        if (file.count(TOKENS).isEmpty() && !WITHOUT_TOKENS.contains(tokenizer)) {
            throw missingKey(TOKENS, "the vocabulary");
        }
        if (architecture.equals("llama")) {
            for (String key : LLAMA) {
                if (file.value(key).isEmpty()) {
                    throw missingKey(key, "a number");
                }
            }
        }
        if (file.tensor("token_embd.weight").isEmpty()) {
            throw new GgufException(
                    GgufFault.MISSING_TENSOR,
                    "%d tensors without token_embd.weight (expected: a language model)"
                            .formatted(file.tensors().size()));
        }
    }

    private void refuseParts() throws GgufException {
        long parts = file.whole("split.count").orElse(1);
        if (parts > 1) {
            throw new GgufException(
                    GgufFault.PART_OF_SPLIT,
                    "one part of %d (expected: the whole model; llama-gguf-split --merge joins them)"
                            .formatted(parts));
        }
    }

    private static GgufException missingKey(String key, String expected) {
        return new GgufException(
                GgufFault.MISSING_KEY,
                "metadata without %s (expected: %s)".formatted(key, expected));
    }
}
