package io.hypr.shell;

import org.apache.felix.service.command.Converter;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.format.Listing;

/** Prints the values of our commands at a Gogo prompt as Docker prints them. */
@Component(service = Converter.class, property = "osgi.converter.classes=io.hypr.shell.internal.format.Listing")
public final class Formats implements Converter {

    @Override
    public Object convert(Class<?> type, Object value) {
        return type == String.class && value instanceof Listing<?> l ? l.text() : null;
    }

    @Override
    public CharSequence format(Object value, int level, Converter escape) {
        return value instanceof Listing<?> l && level == INSPECT ? l.text() : null;
    }
}
