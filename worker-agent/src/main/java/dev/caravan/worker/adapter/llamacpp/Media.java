package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;
import tools.jackson.databind.node.ObjectNode;

/**
 * An image or a sound of a message; which of them, its first bytes say.
 *
 * @param data in Base64
 * @param type "png" and the like of an image, "wav" or "mp3" of a sound
 */
record Media(String data, String type) {

    /** Base64 digits that hold the first 12 bytes. */
    private static final int HEAD = 16;

    static Media of(String data) {
        String head =
                data.length() < HEAD
                        ? ""
                        : new String(
                                Base64.getDecoder().decode(data.substring(0, HEAD)), ISO_8859_1);
        return new Media(data, type(head));
    }

    private static String type(String head) {
        if (head.startsWith("RIFF")) {
            return head.endsWith("WAVE") ? "wav" : "webp";
        }
        if (head.startsWith("ID3") || head.startsWith("\u00FF\u00FB")) {
            return "mp3";
        }
        if (head.startsWith("\u00FF\u00D8")) {
            return "jpeg";
        }
        return head.startsWith("GIF8") ? "gif" : "png";
    }

    private boolean isSound() {
        return type.equals("wav") || type.equals("mp3");
    }

    void writeTo(ObjectNode part) {
        if (isSound()) {
            part.put("type", "input_audio");
            part.putObject("input_audio").put("data", data).put("format", type);
        } else {
            part.put("type", "image_url");
            part.putObject("image_url").put("url", "data:image/" + type + ";base64," + data);
        }
    }
}
