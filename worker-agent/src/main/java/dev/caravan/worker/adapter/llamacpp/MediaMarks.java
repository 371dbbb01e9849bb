package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.run.ChatMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the images of a prompt stand in its text: {@code [img-0]} and so on, as in Ollama, as long
 * as templates see it; the engine's own mark when it goes there. The engine is told that mark at
 * its start, one for each replica, so that a text cannot contain it by chance.
 */
final class MediaMarks {

    /** In a user's text: the next image goes here. */
    private static final String HERE = "[img]";

    private MediaMarks() {}

    /** The engine's own mark. */
    static String of(ReplicaId replica) {
        return "<__media_%s__>".formatted(replica.value());
    }

    /** The same messages, whose texts say where their images are: before them unless they do. */
    static List<ChatMessage> named(List<ChatMessage> messages) {
        List<ChatMessage> named = new ArrayList<>();
        int before = 0;
        for (ChatMessage message : messages) {
            int images = message.images().size();
            named.add(
                    images == 0
                            ? message
                            : message.withContent(named(message.content(), images, before)));
            before += images;
        }
        return named;
    }

    /**
     * @param before images of earlier texts
     */
    static String named(String text, int images, int before) {
        StringBuilder ahead = new StringBuilder();
        String rest = text;
        for (int image = before; image < before + images; image++) {
            int place = rest.indexOf(HERE);
            if (place < 0) {
                ahead.append(name(image));
            } else {
                rest =
                        rest.substring(0, place)
                                + name(image)
                                + rest.substring(place + HERE.length());
            }
        }
        return ahead + rest;
    }

    /** The text as the engine takes it. */
    static String forEngine(String text, int images, ReplicaId replica) {
        String marked = text;
        for (int image = 0; image < images; image++) {
            int place = marked.indexOf(name(image));
            if (place >= 0) {
                marked =
                        marked.substring(0, place)
                                + of(replica)
                                + marked.substring(place + name(image).length());
            }
        }
        return marked;
    }

    private static String name(int image) {
        return "[img-%d]".formatted(image);
    }
}
