package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class OllamaBodyReaderTest {

    private final OllamaBodyReader reader =
            new OllamaBodyReader(
                    1_000, new BodyBudget(2_000_000, Duration.ofSeconds(5), Schedulers.parallel()));

    @Test
    void matchesNamesInAnyCaseAndIgnoresUnknownOnesAndNulls() {
        GoObject body = parse("{\"Model\":\"a\",\"extra\":[1],\"stream\":null,\"verBOSE\":true}");

        assertThat(body.text("model")).contains("a");
        assertThat(body.flag("stream")).isEmpty();
        assertThat(body.flag("verbose")).contains(true);
        assertThat(body.has("name")).isFalse();
        assertThat(body.textOrEmpty("name")).isEmpty();
    }

    @Test
    void readsOnlyTheFirstValueAndLetsTheLastOfTwoNamesWin() {
        GoObject body = parse("{\"model\":\"a\",\"model\":\"b\"} not json at all");

        assertThat(body.text("model")).contains("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t "})
    void callsAnEmptyBodyMissing(String body) {
        refuses(() -> parse(body), "missing request body");
    }

    @Test
    void takesNullAsAnObjectWithoutFields() {
        assertThat(parse("null").has("model")).isFalse();
        assertThat(parse("{}").has("model")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"[],array", "'\"x\"',string", "7,number", "true,bool"})
    void refusesABodyThatIsNotAnObject(String body, String kind) {
        refuses(
                () -> parse(body),
                "json: cannot unmarshal %s into Go value of type api.GenerateRequest"
                        .formatted(kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"model\"", "{\"model\":\"a", "[1,"})
    void callsACutOffBodyUnexpectedEof(String body) {
        refuses(() -> parse(body), "unexpected EOF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "{model:1}", "{\"a\":1,}", "{\"a\":01}", "nuk", "\u0001"})
    void namesTheCharacterThatIsNotJson(String body) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOf(CaravanException.class)
                .hasMessageContaining("invalid character");
    }

    @Test
    void namesTheFieldWhoseTypeIsWrong() {
        refuses(
                () -> parse("{\"model\":5}").text("model"),
                "json: cannot unmarshal number into Go struct field GenerateRequest.model of type"
                        + " string");
        refuses(
                () -> parse("{\"stream\":\"no\"}").flag("stream"),
                "json: cannot unmarshal string into Go struct field GenerateRequest.stream of type"
                        + " bool");
        refuses(
                () -> parse("{\"top\":1.5}").integer("top"),
                "json: cannot unmarshal number 1.5 into Go struct field GenerateRequest.top of"
                        + " type int");
        refuses(
                () ->
                        parse("{\"messages\":[{\"content\":[]}]}")
                                .objects("messages", "api.Message")
                                .getFirst()
                                .text("content"),
                "json: cannot unmarshal array into Go struct field"
                        + " GenerateRequest.messages.content of type string");
        refuses(
                () -> parse("{\"files\":[]}").textMap("files"),
                "json: cannot unmarshal array into Go struct field GenerateRequest.files of type"
                        + " map[string]string");
    }

    @Test
    void keepsTheCaseOfFreeNames() {
        assertThat(parse("{\"files\":{\"A.gguf\":\"x\",\"b\":null}}").textMap("files"))
                .isEqualTo(Map.of("A.gguf", "x", "b", ""));
    }

    @Test
    void refusesABodyOverItsBoundWhileItComesIn() {
        Flux<DataBuffer> endless =
                Flux.range(0, Integer.MAX_VALUE)
                        .map(_ -> DefaultDataBufferFactory.sharedInstance.wrap(new byte[100]));

        StepVerifier.create(reader.read(endless, "GenerateRequest"))
                .expectErrorSatisfies(
                        error ->
                                assertThat(error)
                                        .isInstanceOf(CaravanException.class)
                                        .hasMessage(
                                                "request body too large (expected: at most 1000"
                                                        + " bytes)"))
                .verify();
    }

    @Test
    void readsABodyThatComesInPieces() {
        Flux<DataBuffer> pieces =
                Flux.just("{\"mo", "del\":\"ä", "\"}")
                        .map(
                                piece ->
                                        DefaultDataBufferFactory.sharedInstance.wrap(
                                                piece.getBytes(UTF_8)));

        StepVerifier.create(reader.read(pieces, "GenerateRequest"))
                .assertNext(body -> assertThat(body.text("model")).contains("ä"))
                .verifyComplete();
    }

    private GoObject parse(String body) {
        return reader.parse(body.getBytes(UTF_8), "GenerateRequest");
    }

    private static void refuses(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CaravanException.class,
                        fault -> assertThat(fault.code()).isEqualTo(FaultCode.INVALID_REQUEST))
                .hasMessage(message);
    }
}
