package dev.caravan.template;

/** What a function has against its arguments; its caller says where. */
final class FunctionFault extends RuntimeException {

    private static final long serialVersionUID = 1;

    FunctionFault(String message) {
        super(message);
    }
}
