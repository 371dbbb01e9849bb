package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Texts are those that an Ollama gives for these bodies. */
class GoSyntaxTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,}|invalid character '}' looking for beginning of object key string",
                "{'a':1}|invalid character '\\'' looking for beginning of object key string",
                "{a:1}|invalid character 'a' looking for beginning of object key string",
                "{\"a\" \"b\"}|invalid character '\"' after object key",
                "{\"a\":1 \"b\":1}|invalid character '\"' after object key:value pair",
                "[1 2]|invalid character '2' after array element",
                "[1,]|invalid character ']' looking for beginning of value",
                "}|invalid character '}' looking for beginning of value",
                "not json|invalid character 'o' in literal null (expecting 'u')",
                "{\"a\":tru}|invalid character '}' in literal true (expecting 'e')",
                "{\"a\":falsy}|invalid character 'y' in literal false (expecting 'e')",
                "{\"a\":01}|invalid character '1' after object key:value pair",
                "{\"a\":-}|invalid character '}' in numeric literal",
                "{\"a\":+1}|invalid character '+' looking for beginning of value",
                "{\"a\":1.}|invalid character '}' after decimal point in numeric literal",
                "{\"a\":1e}|invalid character '}' in exponent of numeric literal",
                "{\"a\":NaN}|invalid character 'N' looking for beginning of value",
                "{\"a\":\"\\x\"}|invalid character 'x' in string escape code",
                "{\"a\":\"\\u12g4\"}|invalid character 'g' in \\u hexadecimal character escape",
                "{|unexpected EOF",
                "{\"a|unexpected EOF",
                "{\"a\":|unexpected EOF",
                "[1|unexpected EOF",
                "-|unexpected EOF",
                "[[[[1]]]]|invalid character '[' exceeded max depth",
            })
    void saysWhatIsWrongInGosWords(String body, String text) {
        assertThatThrownBy(() -> GoSyntax.end(body.getBytes(UTF_8), 3)).hasMessage(text);
    }

    @ParameterizedTest
    @CsvSource({
        "EFBBBF7B7D, invalid character 'ï' looking for beginning of value",
        "7B22610022, invalid character '\\x00' in string literal",
        "7B22610922, invalid character '\\t' in string literal",
        "7B01, invalid character '\\x01' looking for beginning of object key string",
        "5BC2A05D, invalid character 'Â' looking for beginning of value",
        "5B80, invalid character '\\u0080' looking for beginning of value",
    })
    void namesAByteAsTheCharacterOfThatNumber(String hex, String text) {
        byte[] body = HexFormat.of().parseHex(hex);

        assertThatThrownBy(() -> GoSyntax.end(body, 9)).hasMessage(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"{\"a\":[]} x|8", "nulll|4", "{} 2|2", "\"a\"b|3", "[{},{\"b\":{}}]]|13"})
    void endsBehindTheFirstValue(String body, int end) throws GoSyntax.Malformed {
        assertThat(GoSyntax.end(body.getBytes(UTF_8), 9)).isEqualTo(end);
    }

    @Test
    void findsNothingInWhiteSpace() throws GoSyntax.Malformed {
        assertThat(GoSyntax.end(" \n\t\r ".getBytes(UTF_8), 9)).isZero();
    }

    /** Bytes that are drawn from what JSON is made of. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void takesWhatAParserTakes(long seed) {
        byte[] letters = "{}[]:,\"\\u01e-. aé".getBytes(ISO_8859_1);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] body = new byte[random.nextInt(1, 12)];
            for (int index = 0; index < body.length; index++) {
                body[index] = letters[random.nextInt(letters.length)];
            }
            int end = end(body);
            assertThat(end > 0 && parses(Utf8.repaired(body, end)))
                    .as(new String(body, ISO_8859_1))
                    .isEqualTo(end > 0);
        }
    }

    private static int end(byte[] body) {
        try {
            return GoSyntax.end(body, 100);
        } catch (GoSyntax.Malformed malformed) {
            assertThat(parses(body)).as(new String(body, ISO_8859_1)).isFalse();
            return 0;
        }
    }

    private static boolean parses(byte[] json) {
        try {
            return !JsonMapper.shared().readTree(json).isMissingNode();
        } catch (JacksonException malformed) {
            return false;
        }
    }
}
