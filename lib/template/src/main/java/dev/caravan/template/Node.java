package dev.caravan.template;

import java.util.List;

/** A piece of a parsed template. */
sealed interface Node {

    record Text(String text) implements Node {}

    /** Prints the pipeline's value, unless it only sets variables. */
    record Action(Pipeline pipeline) implements Node {}

    record If(Pipeline condition, List<Node> then, List<Node> otherwise) implements Node {}

    record With(Pipeline value, List<Node> then, List<Node> otherwise) implements Node {}

    record Range(Pipeline values, List<Node> body, List<Node> otherwise) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}
}
