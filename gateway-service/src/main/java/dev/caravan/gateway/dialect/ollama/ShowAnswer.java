package dev.caravan.gateway.dialect.ollama;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.gateway.app.models.ShownModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer of {@code POST /api/show}. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ShowAnswer(
        String license,
        String modelfile,
        String parameters,
        String template,
        String system,
        ModelDetailsShape details,
        List<ModelfileText.Message> messages,
        @JsonProperty("model_info")
                @JsonInclude(
                        value = JsonInclude.Include.ALWAYS,
                        content = JsonInclude.Include.ALWAYS)
                Map<String, @Nullable Object> modelInfo,
        List<ShownModel.Tensor> tensors,
        List<String> capabilities,
        @JsonProperty("modified_at") String modifiedAt,
        String requires) {

    public static ShowAnswer of(ShownModel model) {
        ModelfileText text = new ModelfileText(model);
        return new ShowAnswer(
                String.join("\n", model.layers().getOrDefault("license", List.of())),
                text.modelfile(),
                text.parameters(),
                text.template(),
                text.system(),
                ModelDetailsShape.of(model.description()),
                text.messages(),
                info(model),
                model.tensors(),
                model.capabilities(),
                ModelTimes.text(model.modifiedAt()),
                model.requires());
    }

    private static Map<String, @Nullable Object> info(ShownModel model) {
        Map<String, @Nullable Object> info = new LinkedHashMap<>(model.metadata());
        info.remove("general.name");
        info.remove("tokenizer.chat_template");
        return info;
    }
}
