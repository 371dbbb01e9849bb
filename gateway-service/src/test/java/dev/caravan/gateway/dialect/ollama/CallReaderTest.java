package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.core.run.Thinking;
import dev.caravan.core.run.ToolCall;
import dev.caravan.gateway.dialect.ollama.InferenceCall.Intent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallReaderTest {

    private static final ClusterView VIEW =
            new ClusterView(
                    new Version(1, 1),
                    List.of(),
                    Stream.of(
                                    entry("toy", Set.of("completion")),
                                    entry(
                                            "able",
                                            Set.of(
                                                    "completion",
                                                    "tools",
                                                    "insert",
                                                    "vision",
                                                    "thinking")),
                                    entry("vectors", Set.of("embedding")),
                                    preset())
                            .toList(),
                    List.of());

    private final OllamaBodyReader bodies = new OllamaBodyReader();
    private final CallReader reader = new CallReader(4096);

    @Test
    void sendsOllamasDefaultsWhereNothingIsSaid() {
        InferenceCall call = generate("{\"model\":\"toy\",\"prompt\":\"Hi\"}");

        assertThat(call.stream()).isTrue();
        assertThat(call.intent()).isEqualTo(Intent.ANSWER);
        assertThat(call.request().options()).isEqualTo(SamplingOptions.DEFAULTS);
        assertThat(call.request().contextLength()).isEqualTo(4096);
        assertThat(call.request().keepAlive()).isEqualTo(new KeepAlive.Unset());
        assertThat(call.request().prompt()).isEqualTo(new Prompt.Instruction("", "Hi"));
    }

    @Test
    void readsOptionsByOllamasTypes() {
        InferenceCall call =
                generate(
                        """
                        {"model":"toy","prompt":"Hi","format":"json","options":{"num_predict":3.9,"seed":42,
                         "temperature":0,"top_k":null,"stop":["a","b"],"unknown":{},"mirostat":"x"}}
                        """);

        SamplingOptions options = call.request().options();
        assertThat(options.predict()).isEqualTo(3);
        assertThat(options.seed()).isEqualTo(42);
        assertThat(options.temperature()).isZero();
        assertThat(options.topK()).isEqualTo(40);
        assertThat(options.stop()).containsExactly("a", "b");
        assertThat(options.named())
                .containsExactlyInAnyOrder("num_predict", "seed", "temperature", "stop");
        assertThat(options.format()).isEqualTo(new OutputFormat.Json());
    }

    @Test
    void givesARawPromptToTheModelAsItStands() {
        assertThat(
                        generate("{\"model\":\"toy\",\"prompt\":\"<s>Hi\",\"raw\":true}")
                                .request()
                                .prompt())
                .isEqualTo(new Prompt.Raw("<s>Hi"));
    }

    @Test
    void putsTheSystemTextBeforeThePromptWhereThereIsATemplateForIt() {
        assertThat(
                        generate("{\"model\":\"toy\",\"prompt\":\"Hi\",\"system\":\"Be brief.\"}")
                                .request()
                                .prompt())
                .isEqualTo(new Prompt.Instruction("Be brief.", "Hi"));
    }

    @Test
    void leavesAConversationToTheEngineWhateverTheModel() {
        assertThat(
                        chat("""
                                        {"model":"toy","messages":[{"role":"user","content":"Hi"}]}
                                        """)
                                .request()
                                .prompt())
                .isEqualTo(new Prompt.Chat(List.of(new ChatMessage("user", "Hi"))));
    }

    @ParameterizedTest
    @CsvSource({
        "0,2048",
        "1,2048",
        "2048,2048",
        "2049,4096",
        "4096,4096",
        "5000,8192",
        "9000,10000",
        "1000000,10000"
    })
    void raisesTheContextToABucketAndCutsItToWhatTheModelWasTrainedFor(int asked, int bucket) {
        InferenceCall call =
                generate(
                        "{\"model\":\"toy\",\"prompt\":\"Hi\",\"options\":{\"num_ctx\":%d}}"
                                .formatted(asked));

        assertThat(call.request().contextLength()).isEqualTo(bucket);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "90.5|PT1M30.5S",
                "\"1h30m\"|PT1H30M",
                "\"300ms\"|PT0.3S",
                "\"0\"|PT0S",
                "0|PT0S",
                "\"1.5s\"|PT1.5S"
            })
    void readsHowLongAModelStays(String sent, Duration duration) {
        assertThat(keepAlive(sent)).isEqualTo(new KeepAlive.For(duration));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-2.5", "\"-1s\"", "1e30"})
    void anythingNegativeIsForEver(String sent) {
        assertThat(keepAlive(sent)).isEqualTo(new KeepAlive.Forever());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true|Unsupported type: 'bool'",
                "{}|Unsupported type: 'map[string]interface {}'",
                "\"abc\"|time: invalid duration \"abc\"",
                "\"5\"|time: missing unit in duration \"5\"",
                "\"-1\"|time: missing unit in duration \"-1\""
            })
    void refusesAKeepAliveInGosWords(String sent, String text) {
        assertFault(() -> keepAlive(sent), FaultCode.INVALID_REQUEST, text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"temperature\":\"hot\"|option \"temperature\" must be of type float32",
                "\"num_ctx\":\"x\"|option \"num_ctx\" must be of type integer",
                "\"num_gpu\":true|option \"num_gpu\" must be of type integer",
                "\"use_mmap\":1|option \"use_mmap\" must be of type boolean",
                "\"stop\":\"x\"|option \"stop\" must be of type array",
                "\"stop\":[1]|option \"stop\" must be of an array of strings"
            })
    void refusesAnOptionOfAWrongTypeWith500(String option, String text) {
        assertFault(
                () ->
                        generate(
                                "{\"model\":\"toy\",\"prompt\":\"Hi\",\"options\":{%s}}"
                                        .formatted(option)),
                FaultCode.INTERNAL,
                text);
    }

    @Test
    void refusesAFormatThatIsNeitherJsonNorASchemaWith500() {
        assertFault(
                () -> generate("{\"model\":\"toy\",\"prompt\":\"Hi\",\"format\":\"yaml\"}"),
                FaultCode.UPSTREAM_FAILED,
                "invalid format: \"\\\"yaml\\\"\"; expected \"json\" or a valid JSON Schema object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"raw\":true,\"system\":\"x\"|raw mode does not support template, system, or context",
                "\"suffix\":\"x\"|registry.ollama.ai/library/toy:latest does not support insert",
                "\"think\":true|\"toy\" does not support thinking",
                "\"think\":1|think must be a boolean or string (\"high\", \"medium\", \"low\", \"max\", true, or false)",
                "\"think\":\"x\"|invalid think value: \"x\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)",
                "\"images\":[\"a-k=\"]|illegal base64 data at input byte 1",
                "\"top_logprobs\":21|top_logprobs must be between 0 and 20"
            })
    void refusesInOllamasWordsWhatTheModelCannotDo(String field, String text) {
        assertFault(
                () -> generate("{\"model\":\"toy\",\"prompt\":\"Hi\",%s}".formatted(field)),
                FaultCode.INVALID_REQUEST,
                text);
    }

    @Test
    void readsAllThatBelongsToAnInstruction() {
        assertThat(
                        generate(
                                        """
                                        {"model":"able","prompt":"Hi","suffix":"end","system":"ignored","images":["aGk="],
                                         "context":[1,2],"template":"{{ .Prompt }}"}
                                        """)
                                .request()
                                .prompt())
                .isEqualTo(
                        new Prompt.Instruction(
                                "",
                                "Hi",
                                "end",
                                List.of("aGk="),
                                Optional.of(List.of(1, 2)),
                                Optional.of("{{ .Prompt }}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"x\":1|true,''",
                "\"think\":true|true,''",
                "\"think\":false|false,''",
                "\"think\":\"low\"|true,low",
                "\"think\":null|true,''"
            })
    void aModelThatCanThinkDoesUnlessItIsTold(String field, String expected) {
        var answer =
                generate("{\"model\":\"able\",\"prompt\":\"Hi\",%s}".formatted(field))
                        .request()
                        .answer();

        String[] parts = expected.replace("''", "").split(",", -1);
        assertThat(answer.thinking())
                .contains(new Thinking(Boolean.parseBoolean(parts[0]), parts[1]));
    }

    @Test
    void readsWhatBelongsToTheAnswer() {
        var answer =
                generate(
                                """
                                {"model":"toy","prompt":"Hi","logprobs":true,"top_logprobs":3,"truncate":false,"shift":false,
                                 "options":{"num_ctx":256}}
                                """)
                        .request()
                        .answer();

        assertThat(answer)
                .isEqualTo(
                        new AnswerOptions(
                                Optional.empty(),
                                OptionalInt.of(3),
                                false,
                                false,
                                false,
                                OptionalInt.of(256)));
        assertThat(
                        generate(
                                        "{\"model\":\"toy\",\"prompt\":\"Hi\",\"_debug_render_only\":true}")
                                .intent())
                .isEqualTo(Intent.RENDER);
    }

    @Test
    void aModelsOwnContextCountsWhereTheRequestNamesNone() {
        InferenceCall own = generate("{\"model\":\"preset\",\"prompt\":\"Hi\"}");
        InferenceCall asked =
                generate("{\"model\":\"preset\",\"prompt\":\"Hi\",\"options\":{\"num_ctx\":3000}}");

        assertThat(own.request().contextLength()).isEqualTo(8192);
        assertThat(own.request().answer().contextLimit()).hasValue(8000);
        assertThat(asked.request().contextLength()).isEqualTo(4096);
        assertThat(asked.request().answer().contextLimit()).hasValue(3000);
    }

    @Test
    void readsWishesAboutLoading() {
        assertThat(
                        generate(
                                        """
                                        {"model":"toy","prompt":"Hi","options":{"num_batch":64,"num_gpu":0,"main_gpu":1,"num_thread":2,"use_mmap":false}}
                                        """)
                                .request()
                                .loading())
                .isEqualTo(
                        new LoadOptions(
                                OptionalInt.of(64),
                                OptionalInt.of(0),
                                OptionalInt.of(1),
                                OptionalInt.of(2),
                                Optional.of(false)));
    }

    @Test
    void readsToolsByTheWordsThatOllamaKnows() {
        Prompt prompt =
                chat("""
                                {"model":"able","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","strict":true,
                                 "function":{"name":"get","description":"gets","parameters":{"type":"object","additionalProperties":false,
                                  "required":["a"],"properties":{"b":{"type":["string","null"],"enum":["x",1],"minLength":3},
                                  "a":{"type":"object","properties":{"c":{"anyOf":[{"type":"integer"}]}}}}}}}]}
                                """)
                        .request()
                        .prompt();

        assertThat(((Prompt.Chat) prompt).tools())
                .containsExactly(
                        "{\"type\":\"function\",\"function\":{\"name\":\"get\",\"description\":\"gets\",\"parameters\":{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"b\":{\"type\":[\"string\",\"null\"],\"enum\":[\"x\",1]},\"a\":{\"type\":\"object\",\"properties\":{\"c\":{\"anyOf\":[{\"type\":\"integer\"}]}}}}}}}");
    }

    @Test
    void readsToolCallsAndTheirAnswers() {
        Prompt prompt =
                chat("""
                                {"model":"able","messages":[
                                 {"role":"assistant","content":null,"thinking":"Hm","tool_calls":[{"id":"c1","type":"function","function":{"index":1,"name":"get","arguments":{"b":1,"a":2}}}]},
                                 {"role":"tool","content":"sunny","tool_name":"get","tool_call_id":"c1","images":[]}]}
                                """)
                        .request()
                        .prompt();

        assertThat(((Prompt.Chat) prompt).messages())
                .containsExactly(
                        new ChatMessage(
                                "assistant",
                                "",
                                "Hm",
                                List.of(),
                                List.of(new ToolCall("c1", 1, "get", "{\"b\":1,\"a\":2}")),
                                "",
                                ""),
                        new ChatMessage("tool", "sunny", "", List.of(), List.of(), "get", "c1"));
    }

    @Test
    void refusesArgumentsThatAreAText() {
        assertFault(
                () ->
                        chat(
                                "{\"model\":\"able\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}]}"),
                FaultCode.INVALID_REQUEST,
                "Value looks like object, but can't find closing '}' symbol");
    }

    @Test
    void aSwitchedOffThoughtIsNoWish() {
        assertThat(
                        generate(
                                        "{\"model\":\"toy\",\"prompt\":\"Hi\",\"think\":false,\"images\":[]}")
                                .intent())
                .isEqualTo(Intent.ANSWER);
    }

    @Test
    void refusesToolsInOllamasWords() {
        String body =
                "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[{}]}";

        assertFault(
                () -> chat(body),
                FaultCode.INVALID_REQUEST,
                "registry.ollama.ai/library/toy:latest does not support tools");
    }

    @Test
    void refusesModelsThatDoNotComplete() {
        assertFault(
                () -> generate("{\"model\":\"vectors\",\"prompt\":\"Hi\"}"),
                FaultCode.INVALID_REQUEST,
                "\"vectors\" does not support generate");
        assertFault(
                () -> chat("{\"model\":\"vectors\",\"messages\":[{\"role\":\"user\"}]}"),
                FaultCode.INVALID_REQUEST,
                "\"vectors\" does not support chat");
    }

    @Test
    void tellsAnEmptyModelApart() {
        assertFault(() -> generate("{}"), FaultCode.MODEL_NOT_FOUND, "model '' not found");
        assertFault(() -> chat("{}"), FaultCode.INVALID_REQUEST, "model is required");
        assertFault(
                () -> chat("{\"model\":\"a b\"}"), FaultCode.INVALID_REQUEST, "invalid model name");
    }

    @Test
    void anUnknownModelIsAnotherThingThanAnUnknownCluster() {
        assertFault(
                () -> generate("{\"model\":\"nope\",\"prompt\":\"Hi\"}"),
                FaultCode.MODEL_NOT_FOUND,
                "model 'nope' not found");
        assertThat(
                        catchThrowableOfType(
                                        CaravanException.class,
                                        () ->
                                                reader.generate(
                                                        body("{\"model\":\"toy\"}"),
                                                        ClusterView.EMPTY,
                                                        "id"))
                                .code())
                .isEqualTo(FaultCode.NO_CAPACITY);
    }

    @Test
    void loadsAndUnloadsByAnEmptyPrompt() {
        assertThat(generate("{\"model\":\"toy\"}").intent()).isEqualTo(Intent.LOAD);
        assertThat(generate("{\"model\":\"toy\",\"prompt\":\"\",\"keep_alive\":\"0s\"}").intent())
                .isEqualTo(Intent.UNLOAD);
        assertThat(chat("{\"model\":\"toy\",\"messages\":null,\"keep_alive\":0}").intent())
                .isEqualTo(Intent.UNLOAD);
        assertThat(generate("{\"model\":\"toy\",\"prompt\":\"Hi\",\"keep_alive\":0}").intent())
                .isEqualTo(Intent.ANSWER);
    }

    private KeepAlive keepAlive(String sent) {
        return generate("{\"model\":\"toy\",\"prompt\":\"Hi\",\"keep_alive\":%s}".formatted(sent))
                .request()
                .keepAlive();
    }

    private InferenceCall generate(String body) {
        return reader.generate(body(body), VIEW, "id");
    }

    private InferenceCall chat(String body) {
        return reader.chat(bodies.parse(body.getBytes(UTF_8), "ChatRequest"), VIEW, "id");
    }

    private GoObject body(String body) {
        return bodies.parse(body.getBytes(UTF_8), "GenerateRequest");
    }

    private static void assertFault(Runnable call, FaultCode code, String text) {
        CaravanException fault = catchThrowableOfType(CaravanException.class, call::run);
        assertThat(fault).hasMessage(text);
        assertThat(fault.code()).isEqualTo(code);
    }

    private static ModelEntry preset() {
        ModelEntry plain = entry("preset", Set.of("completion"));
        return new ModelEntry(
                plain.name(),
                plain.digest(),
                plain.facts().withPresetContext(8000),
                plain.continuation(),
                plain.capabilities(),
                plain.holders());
    }

    private static ModelEntry entry(String name, Set<String> capabilities) {
        return new ModelEntry(
                ModelRef.parse(name).orElseThrow(),
                new ModelDigest("a".repeat(64)),
                new ModelFacts(2, ByteSize.ofMebibytes(1), 64, 10_000, 64),
                Continuation.FLUENT,
                capabilities,
                List.of(new AgentId("agent")));
    }
}
