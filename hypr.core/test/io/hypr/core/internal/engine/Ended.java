package io.hypr.core.internal.engine;

/** The engine's process ends here: nothing is undone. */
final class Ended extends Error {

    private static final long serialVersionUID = 1;
}
