package io.hypr.tar;

import java.io.IOException;

/** An archive is not sound. */
public final class TarException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * @param sentence what is wrong with it
     */
    public TarException(String sentence) {
        super(sentence);
    }
}
