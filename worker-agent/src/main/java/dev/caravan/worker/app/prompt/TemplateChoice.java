package dev.caravan.worker.app.prompt;

import dev.caravan.template.PromptTemplate;
import dev.caravan.template.TemplateException;
import dev.caravan.template.UnsupportedDirective;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which template makes a model's prompts, as Ollama chooses: the Go template where there is one,
 * unless the chat template in the file can do more, or the same and takes tools' answers too.
 */
public final class TemplateChoice {

    private TemplateChoice() {}

    /**
     * @param go a Go template's text
     * @param chat the file's own template; empty: none
     * @throws TemplateException where the Go template cannot be used
     */
    public static boolean isGo(String go, Optional<String> chat) {
        return chat.filter(text -> prefersChat(PromptTemplate.parse(go), go, text)).isEmpty();
    }

    /** Why a model with this Go template cannot be run by llama.cpp; empty: it can. */
    public static Optional<String> fault(String go) {
        try {
            PromptTemplate.parse(go);
            return Optional.empty();
        } catch (UnsupportedDirective refusal) {
            return Optional.of(
                    refusal.getMessage()
                            + " (expected: an agent with an Ollama that has this model, which runs it)");
        } catch (TemplateException broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }

    /** Ollama's words for what a model can do because of its template. */
    public static Set<String> capabilities(Optional<String> go, Optional<String> chat) {
        Set<String> found = new LinkedHashSet<>();
        try {
            if (go.isPresent() && isGo(go.get(), chat)) {
                found.addAll(ofGo(PromptTemplate.parse(go.get())));
            } else {
                chat.ifPresent(text -> found.addAll(ofChat(text)));
            }
        } catch (TemplateException unusable) {
            // The model is listed with this fault.
            return Set.of();
        }
        return found;
    }

    private static boolean prefersChat(PromptTemplate go, String text, String chat) {
        List<String> goCan = ofGo(go);
        List<String> chatCan = ofChat(chat);
        if (chatCan.size() > goCan.size()) {
            return !answersTools(go, text) || chatAnswersTools(chat);
        }
        return Set.copyOf(chatCan).equals(Set.copyOf(goCan))
                && goCan.contains("tools")
                && chatAnswersTools(chat)
                && !answersTools(go, text);
    }

    private static List<String> ofGo(PromptTemplate template) {
        List<String> can = new ArrayList<>();
        if (template.uses("tools")) {
            can.add("tools");
        }
        if (template.uses("suffix")) {
            can.add("insert");
        }
        if (template.thinkingTags().isPresent()) {
            can.add("thinking");
        }
        return can;
    }

    private static List<String> ofChat(String template) {
        List<String> can = new ArrayList<>();
        if (takesTools(template)) {
            can.add("tools");
        }
        if (template.contains("<think>") && template.contains("</think>")) {
            can.add("thinking");
        }
        return can;
    }

    private static boolean takesTools(String chat) {
        return chat.contains("tools") || chat.contains("tool_call");
    }

    private static boolean answersTools(PromptTemplate go, String text) {
        return go.uses("tools")
                && go.uses("toolcalls")
                && Stream.of("eq .Role \"tool\"", "tool_response", "TOOL_RESULTS")
                        .anyMatch(text::contains);
    }

    private static boolean chatAnswersTools(String chat) {
        return takesTools(chat)
                && Stream.of("tool_calls", "assistant_tool_call").anyMatch(chat::contains)
                && Stream.of(
                                "tool_response",
                                "tool_results",
                                "role'] == 'tool'",
                                "role'] == \"tool\"",
                                "role\"] == 'tool'",
                                "role\"] == \"tool\"",
                                "message.role == 'tool'",
                                "message.role == \"tool\"",
                                "ipython")
                        .anyMatch(chat::contains);
    }
}
