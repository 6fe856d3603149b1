package io.hypr.shell.internal.format;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.grammar.InputException;

/**
 * A data transfer object, record or map as a script sees it: {@code ($it name)} is the value of the field, {@code (($it spec) memory)} goes on from
 * there, {@code ($it)} or printing shows all.
 * Gogo calls methods but reads no fields, and what it finds no method for it gives to {@code _main}.
 */
public final class Item {

    private final Map<String, Object> fields;

    private Item(Map<String, Object> fields) {
        this.fields = fields;
    }

    /**
     * Makes a value fit for scripts.
     *
     * @param value anything
     * @return texts, numbers, booleans and moments as they are, constants as words, lists as lists of such values, all else as an item
     */
    public static Object of(Object value) {
        return switch (value) {
            case null -> null;
            case ContainerState s -> s.word();
            case Enum<?> e -> e.name().toLowerCase(Locale.ROOT);
            case Collection<?> c -> c.stream().map(Item::of).toList();
            case Map<?, ?> m -> {
                Map<String, Object> all = new TreeMap<>();
                m.forEach((k, v) -> all.put(String.valueOf(k), v));
                yield new Item(all);
            }
            case Record r -> new Item(components(r));
            default -> value.getClass().getName().startsWith("io.hypr.") ? new Item(fields(value)) : value;
        };
    }

    private static Map<String, Object> components(Record r) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (RecordComponent c : r.getClass().getRecordComponents()) {
            try {
                all.put(c.getName(), c.getAccessor().invoke(r));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("The record " + r.getClass().getName() + " cannot be read", e);
            }
        }
        return all;
    }

    private static Map<String, Object> fields(Object dto) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Field f : dto.getClass().getFields()) {
            if (!Modifier.isStatic(f.getModifiers())) {
                try {
                    all.put(f.getName(), f.get(dto));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("The field " + f + " cannot be read", e);
                }
            }
        }
        return all;
    }

    /**
     * Called by Gogo for {@code ($item field)}.
     *
     * @param words the field's name
     * @return its value; in a map, null if there is none of that name
     */
    public Object _main(String[] words) {
        String name = words.length == 0 ? "" : words[0];
        if (words.length != 1) {
            throw new InputException("A field has no arguments: " + String.join(" ", words));
        }
        if (!fields.containsKey(name) && !(fields instanceof TreeMap)) {
            throw new InputException("There is no field '" + name + "'.").remedy("Fields are " + String.join(", ", fields.keySet()) + ".");
        }
        return of(fields.get(name));
    }

    @Override
    public String toString() {
        return Json.compact(fields);
    }
}
