package dev.caravan.core.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the model is given; templates are rendered where the model is. */
public sealed interface Prompt {

    /**
     * A conversation, rendered with the model's chat template.
     *
     * @param tools what the model may call: JSON objects in Ollama's form
     */
    record Chat(List<ChatMessage> messages, List<String> tools) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }

        public Chat(List<ChatMessage> messages) {
            this(messages, List.of());
        }
    }

    /**
     * One thing said to the model: rendered as a conversation where it has a chat template, else
     * given as it stands.
     *
     * @param system empty: the model's own, if it has one
     * @param suffix what is to follow the answer; empty: nothing
     * @param images in Base64
     * @param context token ids of the turns before; present, also empty, it takes the place of the
     *     model's own messages
     * @param template in place of the model's own
     */
    record Instruction(
            String system,
            String text,
            String suffix,
            List<String> images,
            Optional<List<Integer>> context,
            Optional<String> template)
            implements Prompt {
        public Instruction {
            images = List.copyOf(images);
            context = context.map(List::copyOf);
        }

        /** Text with a system text, which may be empty. */
        public Instruction(String system, String text) {
            this(system, text, "", List.of(), Optional.empty(), Optional.empty());
        }

        /**
         * The conversation it is, around the model's own texts.
         *
         * @param ownSystem where none is given
         * @param ownMessages before the text, unless a context stands for what was said before
         */
        public List<ChatMessage> conversation(
                Optional<String> ownSystem, List<ChatMessage> ownMessages) {
            List<ChatMessage> turns = new ArrayList<>();
            String told = system.isEmpty() ? ownSystem.orElse("") : system;
            if (!told.isEmpty()) {
                turns.add(new ChatMessage("system", told));
            }
            if (context.isEmpty()) {
                turns.addAll(ownMessages);
            }
            turns.add(ChatMessage.user(text, images));
            return turns;
        }
    }

    /**
     * Text that goes to the model as it stands.
     *
     * @param images in Base64; the text has a marker for each
     */
    record Raw(String text, List<String> images) implements Prompt {
        public Raw {
            images = List.copyOf(images);
        }

        public Raw(String text) {
            this(text, List.of());
        }
    }

    /**
     * Text whose vector is wanted, not an answer.
     *
     * @param truncate whether a text that is too long is cut; else it is refused
     * @param scaled whether the engine is to scale the vector to the length 1
     */
    record Embedding(String text, boolean truncate, boolean scaled) implements Prompt {}
}
