package dev.caravan.worker.adapter.llamacpp;

/** Finds where JSON ends that may not be whole yet, by its brackets outside of texts. */
final class JsonEnd {

    private JsonEnd() {}

    /**
     * @param open index of the opening bracket
     * @return index behind the closing one; -1: it is not there yet. Cost: O(length).
     */
    static int of(CharSequence text, int open) {
        int depth = 0;
        boolean quoted = false;
        for (int at = open; at < text.length(); at++) {
            char character = text.charAt(at);
            if (quoted) {
                if (character == '\\') {
                    at++;
                } else if (character == '"') {
                    quoted = false;
                }
                continue;
            }
            switch (character) {
                case '"' -> quoted = true;
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    depth--;
                    if (depth == 0) {
                        return at + 1;
                    }
                }
                default -> {}
            }
        }
        return -1;
    }
}
