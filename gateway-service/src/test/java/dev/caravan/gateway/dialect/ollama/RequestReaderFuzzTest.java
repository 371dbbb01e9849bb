package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes come, they are a request or a fault with Ollama's status and a text. */
class RequestReaderFuzzTest {

    private static final int ROUNDS = 4_000;

    private static final ClusterView VIEW =
            new ClusterView(
                    new Version(1, 1),
                    List.of(),
                    List.of(
                            new ModelEntry(
                                    ModelRef.parse("able").orElseThrow(),
                                    new ModelDigest("a".repeat(64)),
                                    new ModelFacts(2, ByteSize.ofMebibytes(1), 64, 10_000, 64),
                                    Continuation.FLUENT,
                                    Set.of("completion", "tools", "insert", "thinking"),
                                    List.of(new AgentId("agent")))),
                    List.of());

    private static final List<String> FIELDS =
            List.of(
                    "model",
                    "prompt",
                    "messages",
                    "options",
                    "stream",
                    "keep_alive",
                    "tools",
                    "think",
                    "format",
                    "images",
                    "context",
                    "suffix",
                    "system",
                    "template",
                    "raw",
                    "truncate",
                    "shift",
                    "logprobs",
                    "top_logprobs",
                    "input",
                    "dimensions",
                    "role",
                    "content",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "parameters",
                    "properties",
                    "type",
                    "enum",
                    "anyOf",
                    "index",
                    "num_ctx",
                    "num_predict",
                    "seed",
                    "stop",
                    "temperature",
                    "use_mmap",
                    "distributed",
                    "MODEL",
                    "Prompt");

    private static final List<String> VALUES =
            List.of(
                    "null",
                    "true",
                    "false",
                    "0",
                    "-1",
                    "1.5",
                    "1e400",
                    "99999999999999999999",
                    "\"able\"",
                    "\"\"",
                    "\"5m\"",
                    "\"json\"",
                    "\"high\"",
                    "\"aGk=\"",
                    "\"\\ud800\"",
                    "[]",
                    "{}",
                    "[null]",
                    "[1,2]",
                    "[\"a\"]",
                    "[{}]",
                    "[[[]]]",
                    "\"user\"");

    private final OllamaBodyReader bodies = new OllamaBodyReader();
    private final CallReader calls = new CallReader(4096);
    private final EmbedReader vectors = new EmbedReader(4096);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyJsonIsARequestOrAFault(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] body = object(random, 3).getBytes(UTF_8);
            feed(seed, round, body);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void anyBytesAreARequestOrAFault(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] body = object(random, 2).getBytes(UTF_8);
            for (int spoilt = random.nextInt(1, 4); spoilt > 0; spoilt--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            feed(seed, round, body);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "{\"a\":",
                "{\"tools\":[{\"function\":{\"parameters\":{\"properties\":{\"a\":"
            })
    void nestingIsBounded(String opening) {
        byte[] body = opening.repeat(100_000).getBytes(UTF_8);

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> feed(0, 0, body));
    }

    private void feed(long seed, int round, byte[] body) {
        String shown =
                "seed %d, round %d: %s"
                        .formatted(
                                seed,
                                round,
                                new String(body, 0, Math.min(400, body.length), UTF_8));
        judge(shown, () -> calls.generate(bodies.parse(body, "GenerateRequest"), VIEW, "id"));
        judge(shown, () -> calls.chat(bodies.parse(body, "ChatRequest"), VIEW, "id"));
        judge(shown, () -> vectors.embed(bodies.parse(body, "EmbedRequest"), VIEW, "id"));
        judge(shown, () -> vectors.embeddings(bodies.parse(body, "EmbeddingRequest"), VIEW, "id"));
    }

    /** A 500 is Ollama's own for options and formats alone. */
    private static void judge(String shown, Supplier<?> read) {
        try {
            assertThat(read.get()).describedAs(shown).isNotNull();
        } catch (CaravanException fault) {
            assertThat(fault.getMessage()).describedAs(shown).isNotBlank();
            if (fault.code() == FaultCode.INTERNAL || fault instanceof EngineRefusal) {
                assertThat(fault.getMessage())
                        .describedAs(shown)
                        .matches("(?s)(option \".*\" must be|invalid format: ).*");
            } else {
                assertThat(fault.code())
                        .describedAs(shown)
                        .isIn(FaultCode.INVALID_REQUEST, FaultCode.MODEL_NOT_FOUND);
            }
        } catch (RuntimeException defect) {
            throw new AssertionError(shown, defect);
        }
    }

    private static String object(SplittableRandom random, int depth) {
        StringBuilder json = new StringBuilder("{");
        if (random.nextInt(8) > 0) {
            json.append("\"model\":\"able\"");
        }
        for (int field = random.nextInt(6); field > 0; field--) {
            json.append(json.length() > 1 ? "," : "")
                    .append('"')
                    .append(FIELDS.get(random.nextInt(FIELDS.size())))
                    .append("\":")
                    .append(value(random, depth));
        }
        return json.append('}').toString();
    }

    private static String value(SplittableRandom random, int depth) {
        return switch (depth > 0 ? random.nextInt(4) : 0) {
            case 1 -> object(random, depth - 1);
            case 2 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            case 3 -> "[" + object(random, depth - 1) + "]";
            default -> VALUES.get(random.nextInt(VALUES.size()));
        };
    }
}
