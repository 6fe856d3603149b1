package io.hypr.shell.internal.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;

/** JSON as Docker prints it. */
public final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .registerModule(new SimpleModule().addSerializer(Instant.class, text()).addSerializer(Duration.class, text()))
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

    private static final ObjectWriter PRETTY = MAPPER.writer(printer());

    private Json() {
    }

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter indent = new DefaultIndenter("    ", "\n");
        DefaultPrettyPrinter p = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER).withArrayEmptySeparator("").withObjectEmptySeparator(""));
        p.indentArraysWith(indent);
        p.indentObjectsWith(indent);
        return p;
    }

    private static <T> JsonSerializer<T> text() {
        return new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator g, SerializerProvider p) throws IOException {
                g.writeString(value.toString());
            }
        };
    }

    /**
     * @param value anything
     * @return on one line
     */
    public static String compact(Object value) {
        Object shown = value;
        if (value instanceof Map<?, ?> m && m.values().stream().anyMatch(Function.class::isInstance)) {
            // Fields of a listing that are methods are not part of it.
            Map<Object, Object> fields = new LinkedHashMap<>(m);
            fields.values().removeIf(Function.class::isInstance);
            shown = fields;
        }
        try {
            return MAPPER.writeValueAsString(shown);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param value anything
     * @return on several lines, indented by four blanks
     */
    public static String pretty(Object value) {
        try {
            return PRETTY.writeValueAsString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param dto a data transfer object
     * @return its fields by name
     */
    public static Map<String, Object> map(Object dto) {
        return MAPPER.convertValue(dto, new TypeReference<Map<String, Object>>() { });
    }
}
