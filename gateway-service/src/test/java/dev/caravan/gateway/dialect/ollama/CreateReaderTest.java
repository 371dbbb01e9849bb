package dev.caravan.gateway.dialect.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.NewModel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class CreateReaderTest {

    private static final String BLOB = "sha256:" + "ab".repeat(32);

    @Test
    void readsAllThatAModelCanBeMadeOf() {
        NewModel model =
                read(
                        """
                        {"model":"Me/made","from":"base:7b","adapters":{"a.gguf":"%s"},
                         "template":"{{ .Prompt }}","system":"S","license":["A","B"],
                         "parameters":{"stop":["x"],"temperature":0.5,"odd":null},
                         "messages":[{"role":"User","content":"Hi","extra":1},
                                     {"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]}],
                         "quantization":"Q8_0","renderer":"r","parser":"p","requires":"0.9",
                         "info":{"capabilities":["tools",3],"context_length":4096,"base_name":"b"},
                         "caravan":{"continuation":"exact"}}
                        """
                                .formatted(BLOB));

        assertThat(model.name().display()).isEqualTo("Me/made:latest");
        assertThat(model.from().map(ModelRef::display)).contains("base:7b");
        assertThat(model.blobs()).containsExactly(BLOB);
        assertThat(model.texts().template()).contains("{{ .Prompt }}");
        assertThat(model.texts().system()).contains("S");
        assertThat(model.texts().licenses()).containsExactly("A", "B");
        assertThat(model.parameters().get("stop")).isEqualTo(List.of("x"));
        assertThat(model.parameters().keySet())
                .containsExactlyInAnyOrder("stop", "temperature", "odd");
        assertThat(model.messages().getFirst().toString()).isEqualTo("{role=user, content=Hi}");
        assertThat(model.messages().getLast().get("tool_calls"))
                .isEqualTo(List.of(Map.of("function", Map.of("name", "f"))));
        assertThat(model.quantize()).contains("Q8_0");
        assertThat(model.config().renderer()).isEqualTo("r");
        assertThat(model.config().capabilities()).containsExactly("tools");
        assertThat(model.config().contextLength()).isEqualTo(4096);
        assertThat(model.config().baseName()).isEqualTo("b");
        assertThat(model.continuation().label()).isEqualTo("exact");
    }

    @Test
    void takesFilesOnlyWhereItIsNotMadeFromAModel() {
        String files = "\"files\":{\"b.gguf\":\"%s\",\"a.gguf\":\"%s\"}".formatted(BLOB, BLOB);

        assertThat(read("{\"model\":\"m\",%s}".formatted(files)).files()).hasSize(2);
        assertThat(read("{\"model\":\"m\",\"from\":\"x\",%s}".formatted(files)).files()).isEmpty();
    }

    @Test
    void takesEmptyFieldsForAbsentOnes() {
        NewModel model =
                read(
                        "{\"name\":\"m\",\"from\":\"x\",\"template\":\"\",\"system\":\"\",\"license\":\"\",\"quantize\":\"\",\"draft_files\":{},\"remote_host\":\"\"}");

        assertThat(model.texts()).isEqualTo(NewModel.Texts.NONE);
        assertThat(model.quantize()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model\":\"m\",\"from\":\"x\",\"license\":5}|unknown license type: number",
                "{\"model\":\"m\",\"from\":\"x\",\"info\":{\"context_length\":\"4\"}}|info field \"context_length\" must be a number",
                "{\"model\":\"m\",\"from\":\"x\",\"messages\":[{\"role\":1}]}|json: cannot unmarshal number into Go struct field CreateRequest.messages.role of type string",
                "{\"model\":\"m\",\"from\":\"x\",\"remote_host\":\"h\"}|remote_host is not served by Caravan (expected: a create without it)",
            })
    void refusesAFieldByItsName(String body, String error) {
        assertThatThrownBy(() -> read(body)).hasMessage(error);
    }

    private static NewModel read(String body) {
        return CreateReader.read(GoObject.of(CreateReader.TYPE, JsonMapper.shared().readTree(body)))
                .model()
                .get();
    }
}
