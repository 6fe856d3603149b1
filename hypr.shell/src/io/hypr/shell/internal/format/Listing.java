package io.hypr.shell.internal.format;

import java.util.AbstractList;
import java.util.List;

/**
 * The value of a command that lists things: in a script a list of them, at a prompt the text that Docker prints.
 *
 * @param <T> what is listed
 */
public final class Listing<T> extends AbstractList<Object> {

    private final List<T> items;
    private final String text;

    /**
     * @param items what is listed
     * @param text how it is printed, with a line feed at the end unless it is empty
     */
    public Listing(List<T> items, String text) {
        this.items = List.copyOf(items);
        this.text = text;
    }

    /** What a script sees: see {@link Item}. */
    @Override
    public Object get(int index) {
        return Item.of(items.get(index));
    }

    @Override
    public int size() {
        return items.size();
    }

    /** @return how it is printed */
    public String text() {
        return text;
    }
}
