package dev.caravan.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTemplateTest {

    private static final LocalDate TODAY = LocalDate.of(2026, 3, 1);
    private static final Conversation HELLO = new Conversation(List.of(new Turn("user", "Hello")));

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{{ define \"x\" }}y{{ end }} ; {{define}}",
                "a {{ template \"x\" . }}     ; {{template}}",
                "{{ block \"x\" . }}{{ end }} ; {{block}}",
                "{{ call .F }}                ; function \"call\"",
                "{{ .Prompt | html }}         ; function \"html\"",
                "{{ printf \"%-5s\" .Prompt }} ; printf \"%-5s\"",
            })
    void namesTheDirectiveThatItDoesNotInterpret(String text, String directive) {
        UnsupportedDirective refusal =
                catchThrowableOfType(UnsupportedDirective.class, () -> PromptTemplate.parse(text));

        assertThat(refusal.directive()).isEqualTo(directive);
        assertThat(refusal).hasMessage("template: :1: %s is not interpreted", directive);
    }

    @Test
    void givesTheDateItIsTold() {
        PromptTemplate template =
                PromptTemplate.parse("{{ currentDate }} after {{ yesterdayDate }}{{ .Response }}");

        assertThat(template.render(HELLO, TODAY)).isEqualTo("2026-03-01 after 2026-02-28");
    }

    @Test
    void leavesTheAnswerOpenInsideOfACondition() {
        PromptTemplate template =
                PromptTemplate.parse(
                        "{{ .Prompt }}{{ if true }}A: {{ .Response }}<end>{{ else }}x{{ end }} tail");

        assertThat(template.render(HELLO, TODAY)).isEqualTo("HelloA: ");
    }

    @Test
    void knowsWhatItSpeaksOf() {
        PromptTemplate template =
                PromptTemplate.parse(
                        "{{ range $.Messages }}{{ .ToolCalls }}{{ end }}{{ .Suffix }}");

        assertThat(template.uses("messages")).isTrue();
        assertThat(template.uses("toolcalls")).isTrue();
        assertThat(template.uses("suffix")).isTrue();
        assertThat(template.uses("tools")).isFalse();
    }

    @Test
    void endsATemplateThatDoesNotEnd() {
        PromptTemplate endless =
                PromptTemplate.parse(
                        "{{ range 1000000000 }}{{ range 1000000000 }}{{ $x := . }}{{ end }}{{ end }}");

        assertThatThrownBy(() -> endless.render(HELLO, TODAY))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("does not end");
    }

    @Test
    void endsATemplateThatWritesTooMuch() {
        PromptTemplate large =
                PromptTemplate.parse(
                        "{{ range 1000000000 }}%s{{ end }}".formatted("x".repeat(1 << 20)));

        assertThatThrownBy(() -> large.render(HELLO, TODAY)).hasMessageContaining("does not end");
    }

    @Test
    void refusesWhatIsNestedTooDeepInsteadOfFailing() {
        assertThatThrownBy(() -> PromptTemplate.parse("{{ if 1 }}".repeat(100_000)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("depth");
        assertThatThrownBy(() -> PromptTemplate.parse("{{ " + "(".repeat(100_000)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("depth");
        assertThatThrownBy(
                        () -> PromptTemplate.parse("{{ if 0 }}" + "{{ else if 0 }}".repeat(9999)))
                .isInstanceOf(TemplateException.class);
    }

    @Test
    void takesLongTextsWithoutADeepStack() {
        String text = "x\\n".repeat(200_000);

        assertThat(
                        PromptTemplate.parse("{{ len \"%s\" }}{{ .Response }}".formatted(text))
                                .render(HELLO, TODAY))
                .isEqualTo("400000");
    }

    /** Whatever comes with a model: an answer or a refusal, nothing else. */
    @Test
    void refusesBrokenTemplatesAsSuch() {
        Random random = new Random(5);
        List<String> texts = Golden.texts();
        for (int round = 0; round < 5_000; round++) {
            StringBuilder broken = new StringBuilder(texts.get(random.nextInt(texts.size())));
            for (int cut = random.nextInt(4); cut >= 0; cut--) {
                int at = random.nextInt(broken.length());
                broken.delete(at, Math.min(broken.length(), at + 1 + random.nextInt(6)));
                broken.insert(at, "{}$.|(\"-`:= x".charAt(random.nextInt(13)));
            }
            try {
                PromptTemplate.parse(broken.toString()).render(conversation(), TODAY);
            } catch (TemplateException refused) {
                assertThat(refused).hasMessageStartingWith("template: ");
            }
        }
    }

    private static Conversation conversation() {
        return new Conversation(
                List.of(
                        new Turn("system", "S"),
                        new Turn("user", "U"),
                        new Turn(
                                "assistant",
                                "",
                                "T",
                                List.of(new ToolCall("", 0, "f", Map.of("a", 1))),
                                "",
                                "")),
                List.of(Map.of("type", "function", "function", Map.of("name", "f"))),
                Thinking.ON);
    }
}
