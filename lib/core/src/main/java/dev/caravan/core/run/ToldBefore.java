package dev.caravan.core.run;

/** Leaves out of an answer that is made again what its client has already. One answer's own. */
public final class ToldBefore {

    private String thinking;
    private String text;

    /**
     * @param thinking reasoning that is made again
     * @param text answer that is made again
     */
    public ToldBefore(String thinking, String text) {
        this.thinking = thinking;
        this.text = text;
    }

    /** What was made again is not what the client has. */
    public static final class OtherText extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public OtherText(String told, String madeAgain) {
            super(
                    "made again: \"%s\" (expected: \"%s\", as the client was told)"
                            .formatted(shown(madeAgain), shown(told)),
                    null,
                    false,
                    false);
        }

        private static String shown(String text) {
            return text.length() > 40 ? text.substring(0, 40) + ".." : text;
        }
    }

    /** Whether all that the client has was made again. */
    public boolean isOver() {
        return thinking.isEmpty() && text.isEmpty();
    }

    /**
     * What the client does not have of a piece; its ids and probabilities stay.
     *
     * @throws OtherText where the piece is another one
     */
    public RunFrame.Piece beyond(RunFrame.Piece piece) {
        if (isOver()) {
            return piece;
        }
        RunFrame.Piece beyond =
                new RunFrame.Piece(
                        piece.sequence(),
                        behind(text, piece.text()),
                        piece.ids(),
                        piece.idsComplete(),
                        behind(thinking, piece.thinking()),
                        piece.toolCalls(),
                        piece.logprobs());
        text = behind(piece.text(), text);
        thinking = behind(piece.thinking(), thinking);
        return beyond;
    }

    /**
     * Has to be called at the answer's end.
     *
     * @throws OtherText where the client has more than was made again
     */
    public void ended() {
        if (!isOver()) {
            throw new OtherText(thinking + text, "");
        }
    }

    /** What is left of a text behind its beginning; nothing where that is the longer one. */
    private static String behind(String beginning, String whole) {
        if (whole.startsWith(beginning)) {
            return whole.substring(beginning.length());
        }
        if (beginning.startsWith(whole)) {
            return "";
        }
        throw new OtherText(beginning, whole);
    }
}
