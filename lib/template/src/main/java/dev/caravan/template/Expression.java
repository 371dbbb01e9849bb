package dev.caravan.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One word of a command. {@code toString} is what errors show. */
sealed interface Expression {

    record Literal(@Nullable Object value, String source) implements Expression {
        @Override
        public String toString() {
            return source;
        }
    }

    record Dot() implements Expression {
        @Override
        public String toString() {
            return ".";
        }
    }

    /** {@code .A.B}: fields of what the dot is. */
    record Field(List<String> path) implements Expression {
        @Override
        public String toString() {
            return "." + String.join(".", path);
        }
    }

    /**
     * @param name with its {@code $}
     */
    record Variable(String name, List<String> path) implements Expression {
        @Override
        public String toString() {
            return path.isEmpty() ? name : name + "." + String.join(".", path);
        }
    }

    /** {@code (...).A.B}. */
    record Chain(Expression target, List<String> path) implements Expression {
        @Override
        public String toString() {
            return target + "." + String.join(".", path);
        }
    }

    record Function(String name) implements Expression {
        @Override
        public String toString() {
            return name;
        }
    }

    record Nested(Pipeline pipeline) implements Expression {
        @Override
        public String toString() {
            return "(...)";
        }
    }
}
