package dev.caravan.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a store holds of one model.
 *
 * @param layers media type's last word to text: license, template, system, params, messages
 * @param modelfile as the engine that has the model tells it; absent: made of the layers
 * @param modelInfo the GGUF's metadata
 * @param requires version of Ollama that the model's author asks for, as told; absent: none
 * @param adapters LoRA files on the agent's disk; absent: none
 * @param projectors likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShowMessage(
        AgentReport.Model model,
        String blobPath,
        Map<String, List<String>> layers,
        @Nullable String chatTemplate,
        @Nullable String modelfile,
        Map<String, JsonNode> modelInfo,
        List<Tensor> tensors,
        @Nullable String requires,
        @Nullable List<String> adapters,
        @Nullable List<String> projectors) {

    public record Tensor(String name, String type, List<Long> shape) {}
}
