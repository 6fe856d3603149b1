package io.hypr.core.internal.link;

import java.io.IOException;

/** The other side of the link said something that cannot be: the connection is dropped. */
public final class LinkException extends IOException {

    private static final long serialVersionUID = 1;

    /** @param sentence what was wrong */
    public LinkException(String sentence) {
        super(sentence);
    }
}
