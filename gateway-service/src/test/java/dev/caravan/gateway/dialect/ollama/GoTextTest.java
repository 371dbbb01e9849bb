package dev.caravan.gateway.dialect.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a\\b|\"a\\\\b\"",
                "a\"b|\"a\\\"b\"",
                "é🐪|\"é🐪\"",
                "\uFEFF|\"\\ufeff\"",
                "\uDBFF\uDFFF|\"\\U0010ffff\""
            })
    void quotesAsGoDoes(String text, String quoted) {
        assertThat(GoText.quoted(text)).isEqualTo(quoted);
    }

    @ParameterizedTest
    @CsvSource({"0, \\x00", "7, \\a", "9, \\t", "10, \\n", "11, \\v", "127, \\x7f", "160, \\u00a0"})
    void namesWhatCannotBeSeen(int character, String escaped) {
        assertThat(GoText.escaped(Character.toString(character))).isEqualTo(escaped);
    }
}
