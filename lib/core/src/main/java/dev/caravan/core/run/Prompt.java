package dev.caravan.core.run;

import java.util.List;
import java.util.Optional;

/** What the model is given; templates are rendered by the engine that knows them. */
public sealed interface Prompt {

    /**
     * A conversation, rendered with the model's chat template.
     *
     * @param plain what the model is given instead where it has no chat template; empty: the
     *     conversation all the same, in the engine's own form
     */
    record Chat(List<ChatMessage> messages, Optional<String> plain) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
        }

        public Chat(List<ChatMessage> messages) {
            this(messages, Optional.empty());
        }
    }

    /** Text that goes to the model as it stands. */
    record Raw(String text) implements Prompt {}

    /**
     * This prompt as one model takes it.
     *
     * @param templated whether the model has a chat template
     */
    default Prompt forModel(boolean templated) {
        return switch (this) {
            case Chat(_, var plain) when !templated -> plain.<Prompt>map(Raw::new).orElse(this);
            case Chat _, Raw _ -> this;
        };
    }
}
