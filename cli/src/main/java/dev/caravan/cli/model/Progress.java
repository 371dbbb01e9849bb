package dev.caravan.cli.model;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** Says how much of a file has been read: at each tenth of a big one, at the end of a small. */
final class Progress {

    private static final int STEPS = 10;
    private static final long BIG = 64L << 20;
    private static final double MIB = 1024.0 * 1024;

    private final String what;
    private final long size;
    private final Consumer<String> say;
    private long read;
    private int said = -1;

    Progress(String what, long size, Consumer<String> say) {
        this.what = what;
        this.size = size;
        this.say = say;
    }

    InputStream of(InputStream file) {
        return new FilterInputStream(file) {
            @Override
            public int read() throws IOException {
                int next = super.read();
                count(next < 0 ? 0 : 1);
                return next;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                count(Math.max(0, count));
                return count;
            }
        };
    }

    private void count(int bytes) {
        read += bytes;
        int step = size == 0 ? STEPS : (int) (read * STEPS / size);
        if (step > said && (size >= BIG || step == STEPS)) {
            said = step;
            say.accept("%s: %d %% of %.1f MiB".formatted(what, step * (100 / STEPS), size / MIB));
        }
    }
}
