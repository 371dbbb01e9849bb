package dev.caravan.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.LocalDate;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Ours against Ollama's. */
class GoldenTest {

    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);

    /** Ollama also names the column and the whole command. */
    private static final Pattern WHERE =
            Pattern.compile("^template: :\\d+:(?:\\d+:)? executing .*>: ", Pattern.DOTALL);

    @ParameterizedTest
    @MethodSource("dev.caravan.template.Golden#prompts")
    void rendersPromptsAsOllamaDoes(Golden.Case made) {
        check(made);
    }

    @ParameterizedTest
    @MethodSource("dev.caravan.template.Golden#language")
    void takesTheLanguageAsGoDoes(Golden.Case made) {
        check(made);
    }

    @ParameterizedTest
    @MethodSource("dev.caravan.template.Golden#texts")
    void findsTheThinkingTagsThatOllamaFinds(String template) {
        assertThat(PromptTemplate.parse(template).thinkingTags())
                .isEqualTo(
                        Golden.thinking()
                                .filter(entry -> entry.getKey().equals(template))
                                .findFirst()
                                .orElseThrow()
                                .getValue());
    }

    private static void check(Golden.Case made) {
        if (made.output().isPresent()) {
            assertThat(render(made)).isEqualTo(made.output().get());
            return;
        }
        TemplateException refusal =
                catchThrowableOfType(TemplateException.class, () -> render(made));
        assertThat(refusal).as("Ollama: " + made.error()).isNotNull();
        assertThat(reason(String.valueOf(refusal.getMessage())))
                .isEqualTo(reason(made.error().orElseThrow()));
    }

    private static String render(Golden.Case made) {
        PromptTemplate template = PromptTemplate.parse(made.template());
        JsonNode request = made.request();
        return request.has("suffix")
                ? template.fillIn(
                        request.get("prompt").stringValue(),
                        request.get("suffix").stringValue(),
                        Thinking.UNSAID,
                        TODAY)
                : template.render(Golden.conversation(request), TODAY);
    }

    private static String reason(String error) {
        return WHERE.matcher(error).replaceFirst("executing: ");
    }
}
