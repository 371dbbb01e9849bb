package dev.caravan.worker.app.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.template.Conversation;
import dev.caravan.template.Thinking;
import dev.caravan.template.ThinkingTags;
import dev.caravan.template.Turn;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GoPromptTemplatesTest {

    private static final Conversation HELLO = new Conversation(List.of(new Turn("user", "Hello")));
    private static final String PLAIN = "<u>{{ .Prompt }}</u>{{ .Response }}";
    private static final String TOOLS = "{% if tools %}{{ tools }}{% endif %}{{ messages }}";
    private static final String TOOL_ROUND_TRIP = TOOLS + " tool_calls tool_response";

    private final PromptTemplates templates =
            new GoPromptTemplates(
                    Clock.fixed(Instant.parse("2026-11-21T23:59:00Z"), ZoneOffset.UTC));

    @Test
    void rendersByTheModelsGoTemplate() {
        assertThat(templates.render(model(PLAIN, null), HELLO)).contains("<u>Hello</u>");
        assertThat(templates.render(model(PLAIN, "{{ messages }}"), HELLO))
                .contains("<u>Hello</u>");
    }

    @Test
    void leavesAModelWithoutAGoTemplateToTheEngine() {
        assertThat(templates.render(model(null, "{{ messages }}"), HELLO)).isEmpty();
        assertThat(templates.render(model(null, null), HELLO)).isEmpty();
    }

    @Test
    void leavesItToAChatTemplateThatCanDoMore() {
        assertThat(templates.render(model(PLAIN, TOOLS), HELLO)).isEmpty();
        assertThat(
                        templates.render(
                                model(
                                        "{{ range .Tools }}{{ . }}{{ end }}{{ .Messages }}",
                                        TOOL_ROUND_TRIP),
                                HELLO))
                .isEmpty();
    }

    @Test
    void keepsToAGoTemplateThatAnswersToolsWhereTheOtherDoesNot() {
        String go =
                "{{ .Tools }}{{ range .Messages }}{{ .ToolCalls }}"
                        + "{{ if eq .Role \"tool\" }}t{{ end }}{{ end }}";

        assertThat(templates.render(model(go, TOOLS), HELLO)).isPresent();
        assertThat(templates.render(model(go, TOOLS + "<think></think>"), HELLO)).isPresent();
    }

    @Test
    void rendersByARequestsTemplateOnTheClocksDay() {
        assertThat(templates.render("{{ currentDate }} {{ .Prompt }}", HELLO))
                .isEqualTo("2026-11-21 Hello");
    }

    @Test
    void refusesARequestsTemplateAsOllamaDoes() {
        assertThatThrownBy(() -> templates.render("{{ if }}", HELLO))
                .isInstanceOfSatisfying(
                        EngineRefusal.class, refusal -> assertThat(refusal.status()).isEqualTo(500))
                .hasMessage("template: :1: missing value for if");
    }

    @Test
    void fillsAGapByTheRequestsTemplateOrTheModelsOrNone() {
        String gap = "<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>";

        assertThat(fillIn(model(gap, null), Optional.empty())).isEqualTo("<PRE>a<SUF>b<MID>");
        assertThat(fillIn(model(gap, null), Optional.of("{{ .Suffix }}{{ .Prompt }}")))
                .isEqualTo("ba");
        assertThat(fillIn(model(null, null), Optional.empty())).isEqualTo("a");
    }

    private String fillIn(StoredModel model, Optional<String> template) {
        return templates.fillIn(model, template, "a", "b", Thinking.UNSAID);
    }

    @Test
    void findsTheTagsOfThinking() {
        String thinks =
                "{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ end }}";

        assertThat(templates.thinkingTags(model(thinks, null)))
                .contains(new ThinkingTags("<think>", "</think>"));
        assertThat(templates.thinkingTags(model(PLAIN, null))).isEmpty();
    }

    @Test
    void tellsWhatAModelCanDoByTheTemplateThatIsUsed() {
        assertThat(
                        TemplateChoice.capabilities(
                                Optional.of("{{ .Suffix }}{{ .Prompt }}"), Optional.empty()))
                .containsExactly("insert");
        assertThat(TemplateChoice.capabilities(Optional.of(PLAIN), Optional.of(TOOLS)))
                .containsExactly("tools");
        assertThat(TemplateChoice.capabilities(Optional.of(PLAIN), Optional.empty())).isEmpty();
    }

    private static StoredModel model(@Nullable String go, @Nullable String chat) {
        StoredModel plain = new FakeStore().list().getFirst();
        return new StoredModel(
                plain.name(),
                plain.digest(),
                plain.size(),
                plain.modifiedAt(),
                plain.description(),
                plain.capabilities(),
                plain.facts(),
                plain.weights(),
                chat != null,
                go == null ? Map.of() : Map.of("template", List.of(go)),
                Map.of(),
                plain.policy(),
                Optional.empty(),
                ModelRunner.LLAMA_CPP,
                new StoredModel.Parts(Optional.ofNullable(chat), List.of(), List.of(), "", ""));
    }
}
