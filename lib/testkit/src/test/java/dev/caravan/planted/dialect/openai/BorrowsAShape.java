package dev.caravan.planted.dialect.openai;

import dev.caravan.planted.dialect.ollama.Shape;

/** Breaks: dialects stand alone. */
public class BorrowsAShape {
    Shape shape = new Shape();
}
