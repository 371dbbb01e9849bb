package dev.caravan.template;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model's Go template. Newer ones have {@code .Messages} and are run once. Older ones know one
 * exchange, {@code .System .Prompt .Response}, and are run once for each; the last time the answer
 * is left open: all that comes after {@code .Response} is cut away.
 */
public final class PromptTemplate {

    private static final Node OPEN_ANSWER =
            new Node.Action(
                    new Pipeline(
                            0,
                            List.of(),
                            false,
                            List.of(
                                    new Pipeline.Command(
                                            List.of(new Expression.Field(List.of("Response")))))));

    private final List<Node> nodes;
    private final Set<String> names;

    private PromptTemplate(List<Node> nodes, Set<String> names) {
        this.nodes = nodes;
        this.names = names;
    }

    /**
     * @throws UnsupportedDirective where it is good Go but more than is interpreted here
     * @throws TemplateException where Go would refuse it
     */
    public static PromptTemplate parse(String text) {
        List<Node> nodes = Parser.parse(text);
        Set<String> names = Names.in(nodes);
        if (names.contains("messages") || names.contains("response")) {
            return new PromptTemplate(nodes, names);
        }
        List<Node> touched = new ArrayList<>(nodes);
        touched.add(OPEN_ANSWER);
        return new PromptTemplate(List.copyOf(touched), names);
    }

    /**
     * Whether a field or variable of that name occurs, in any case: {@code "tools"}.
     *
     * @param name in lower case
     */
    public boolean uses(String name) {
        return names.contains(name.toLowerCase(Locale.ROOT));
    }

    /** The texts around {@code .Thinking} in the messages; empty where there are none. */
    public Optional<ThinkingTags> thinkingTags() {
        return ThinkingSearch.in(nodes);
    }

    /** The text that a call of a tool begins with; empty where that is its JSON. */
    public Optional<String> callTag() {
        return CallTagSearch.in(nodes);
    }

    /**
     * The prompt of a conversation.
     *
     * @param today what {@code currentDate} gives
     * @throws TemplateException where Go would fail while running it
     */
    public String render(Conversation conversation, LocalDate today) {
        Functions functions = new Functions(today);
        Collation collated = Collation.of(conversation.turns());
        StringBuilder prompt = new StringBuilder();
        if (!uses("messages")) {
            exchanges(collated.turns(), conversation.thinking(), functions, prompt);
            return prompt.toString();
        }
        Map<String, @Nullable Object> values = values(conversation.thinking());
        values.put("System", collated.system());
        values.put("Messages", GoValues.messages(collated.turns()));
        values.put("Tools", GoValues.tools(conversation.tools()));
        values.put("Response", "");
        new Execution(prompt, values, functions).run(nodes);
        return prompt.toString();
    }

    /** The prompt of a gap to be filled: what comes before it and what comes after. */
    public String fillIn(String before, String after, Thinking thinking, LocalDate today) {
        Map<String, @Nullable Object> values = values(thinking);
        values.put("Prompt", before);
        values.put("Suffix", after);
        values.put("Response", "");
        StringBuilder prompt = new StringBuilder();
        new Execution(prompt, values, new Functions(today)).run(nodes);
        return prompt.toString();
    }

    private void exchanges(
            List<Turn> turns, Thinking thinking, Functions functions, StringBuilder prompt) {
        Exchange exchange = new Exchange(thinking);
        for (Turn turn : turns) {
            switch (turn.role()) {
                case "system" -> {
                    if (!exchange.prompt.isEmpty() || !exchange.response.isEmpty()) {
                        new Execution(prompt, exchange.take(), functions).run(nodes);
                    }
                    exchange.system = turn.content();
                }
                case "user" -> {
                    if (!exchange.response.isEmpty()) {
                        new Execution(prompt, exchange.take(), functions).run(nodes);
                    }
                    exchange.prompt = turn.content();
                }
                case "assistant" -> exchange.response = turn.content();
                default -> {}
            }
        }
        new Execution(prompt, exchange.take(), functions).run(new OpenAnswer().cut(nodes));
    }

    /** Texts that wait for their run. */
    private static final class Exchange {
        private final Thinking thinking;
        private String system = "";
        private String prompt = "";
        private String response = "";

        Exchange(Thinking thinking) {
            this.thinking = thinking;
        }

        Map<String, @Nullable Object> take() {
            Map<String, @Nullable Object> values = values(thinking);
            values.put("System", system);
            values.put("Prompt", prompt);
            values.put("Response", response);
            system = "";
            prompt = "";
            response = "";
            return values;
        }
    }

    private static Map<String, @Nullable Object> values(Thinking thinking) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("Think", thinking.on());
        values.put("ThinkLevel", thinking.level());
        values.put("IsThinkSet", thinking.said());
        return values;
    }
}
