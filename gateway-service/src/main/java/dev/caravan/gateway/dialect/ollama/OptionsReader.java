package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.OptionValues;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.SamplingOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code options}; their types and faults are {@link OptionValues}'. */
final class OptionsReader {

    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * @param context {@code num_ctx} where it was given
     * @param loading how an engine is started where the request causes a load
     * @param distributed ours: how the model is to be loaded; for the scheduler, never for an
     *     engine
     */
    record Options(
            SamplingOptions sampling,
            OptionalInt context,
            LoadOptions loading,
            Optional<Boolean> distributed) {}

    private OptionsReader() {}

    static Options read(GoObject request, OutputFormat format) {
        OptionValues values = new OptionValues(plain(request.map("options")));
        return new Options(
                values.sampling(format),
                values.context(),
                values.loading(),
                values.flag("distributed"));
    }

    /** Where none is looked at. */
    static Options none() {
        OptionValues values = new OptionValues(Map.of());
        return new Options(
                values.sampling(new OutputFormat.Text()),
                values.context(),
                values.loading(),
                Optional.empty());
    }

    private static Map<String, @Nullable Object> plain(Map<String, JsonNode> values) {
        Map<String, @Nullable Object> plain = new HashMap<>();
        values.forEach(
                (name, value) ->
                        plain.put(name, JSON.treeToValue(Numbers.finite(value), Object.class)));
        return plain;
    }
}
