package dev.caravan.template;

/** A template that is good Go, but uses what is not interpreted here. */
public final class UnsupportedDirective extends TemplateException {

    private static final long serialVersionUID = 1;

    private final String directive;

    /**
     * @param directive as the template has it, such as {@code {{define}}}
     */
    UnsupportedDirective(int line, String directive) {
        super("template: :%d: %s is not interpreted".formatted(line, directive));
        this.directive = directive;
    }

    public String directive() {
        return directive;
    }
}
