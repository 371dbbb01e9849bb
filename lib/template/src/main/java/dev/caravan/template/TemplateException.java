package dev.caravan.template;

/** A template that Go would refuse too; the text follows Go's. */
public class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public TemplateException(String message) {
        super(message);
    }

    /** What Go's parser says of a line, counted from 1. */
    static TemplateException syntax(int line, String text) {
        return new TemplateException("template: :%d: %s".formatted(line, text));
    }
}
