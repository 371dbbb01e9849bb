package dev.caravan.worker.app.group;

/** A link that could not be opened. */
public final class LinkRefused extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean mayCome;

    /**
     * @param mayCome whether it is worth trying again
     */
    public LinkRefused(String why, boolean mayCome) {
        super(why, null, false, false);
        this.mayCome = mayCome;
    }

    public boolean mayCome() {
        return mayCome;
    }
}
