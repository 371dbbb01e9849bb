package dev.caravan.core.run;

import java.util.Arrays;
import java.util.List;

/** Token ids between arrays and lists; nearly all pieces have one, and there is one each token. */
public final class TokenIds {

    private TokenIds() {}

    /** An unchangeable list of them. */
    public static List<Integer> list(int... ids) {
        return switch (ids.length) {
            case 0 -> List.of();
            case 1 -> List.of(ids[0]);
            default -> Arrays.stream(ids).boxed().toList();
        };
    }

    public static int[] array(List<Integer> ids) {
        int[] array = new int[ids.size()];
        int next = 0;
        for (int id : ids) {
            array[next++] = id;
        }
        return array;
    }
}
