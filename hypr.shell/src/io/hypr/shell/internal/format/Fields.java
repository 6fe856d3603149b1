package io.hypr.shell.internal.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps that templates see as Docker's see its values. */
public final class Fields {

    private Fields() {
    }

    private static final class Open extends LinkedHashMap<String, Object> implements TemplateFunctions.Open {

        private static final long serialVersionUID = 1;

        Open(Map<String, ?> entries) {
            super(entries);
        }
    }

    private static final class Typed extends LinkedHashMap<String, Object> implements TemplateFunctions.Typed {

        private static final long serialVersionUID = 1;
        private final String type;

        Typed(String type, Map<String, ?> fields) {
            super(fields);
            this.type = type;
        }

        @Override
        public String type() {
            return type;
        }
    }

    private static final class Nil extends LinkedHashMap<Object, Object> {

        private static final long serialVersionUID = 1;
        private final transient List<String> names;

        Nil(Map<?, ?> fields, List<String> names) {
            super(fields);
            this.names = names;
        }

        @Override
        public boolean containsKey(Object key) {
            return super.containsKey(key) || names.contains(key);
        }
    }

    /**
     * @param fields what there is
     * @param names of fields that are nil and not shown where they are not there
     * @return the fields
     */
    public static Map<Object, Object> nil(Map<?, ?> fields, List<String> names) {
        return new Nil(fields, names);
    }

    /**
     * @param entries of a map in which each name may be there or not, such as labels
     * @return a map in which what is not there is no value
     */
    public static Map<String, Object> open(Map<String, ?> entries) {
        return new Open(entries);
    }

    /**
     * @param type as Docker's words for a field that is none name it, such as {@code *events.Message}
     * @param fields all that values of the type have
     * @return a map in which what is not there is a mistake of the template
     */
    public static Map<String, Object> typed(String type, Map<String, ?> fields) {
        return new Typed(type, fields);
    }
}
