package dev.caravan.gateway.dialect.ollama;

import java.util.Arrays;

/** Vectors as Ollama gives them: of the length 1, cut to the dimensions that are asked for. */
public final class UnitVectors {

    private UnitVectors() {}

    /**
     * @param dimensions more than 0 and fewer than there are: the rest is cut off
     */
    public static float[] of(float[] vector, int dimensions) {
        float[] cut =
                dimensions > 0 && dimensions < vector.length
                        ? Arrays.copyOf(vector, dimensions)
                        : vector.clone();
        double sum = 0;
        for (float number : cut) {
            if (!Float.isFinite(number)) {
                throw Refusals.invalid("embedding contains NaN or Inf values");
            }
            sum += (double) number * number;
        }
        double length = Math.sqrt(sum);
        if (length > 0) {
            for (int index = 0; index < cut.length; index++) {
                cut[index] = (float) (cut[index] / length);
            }
        }
        return cut;
    }
}
