package io.hypr.shell.internal;

/** A command of ours is not there, since the bundles behind it are just being exchanged. Nothing of it was begun: whoever called it calls it again. */
public final class Exchanged extends IllegalStateException {

    private static final long serialVersionUID = 1;

    /** Says so. */
    public Exchanged() {
        super("The commands are being exchanged; try again.");
    }
}
