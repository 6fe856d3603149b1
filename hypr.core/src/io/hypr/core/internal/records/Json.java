package io.hypr.core.internal.records;

import java.io.IOException;
import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Values as JSON text, and copies of them. Fields that are unknown are skipped, so that an older engine can read newer records. Of a container, most of whose
 * many fields are as they always are, only the others are written.
 */
public final class Json {

    /** Fields that are as the class makes them are left out. */
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    private interface Sparse {
    }

    private static final ObjectMapper MAPPER = JsonMapper.builder()
        .addMixIn(ContainerRecord.class, Sparse.class)
        .addMixIn(ContainerInfo.class, Sparse.class)
        .addMixIn(ContainerSpec.class, Sparse.class)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .addModule(new SimpleModule()
            .addSerializer(Instant.class, new JsonSerializer<Instant>() {
                @Override
                public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
                    out.writeString(value.toString());
                }
            })
            .addDeserializer(Instant.class, new JsonDeserializer<Instant>() {
                @Override
                public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
                    return Instant.parse(in.getText());
                }
            }))
        .build();

    private Json() {
    }

    /**
     * @param value what is written
     * @return JSON text
     */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.INTERNAL, "A " + value.getClass().getSimpleName() + " cannot be written as JSON.", e);
        }
    }

    /**
     * @param <T> type of the value
     * @param json JSON text
     * @param type of the value
     * @return the value
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.CORRUPT, "A record of a " + type.getSimpleName() + " cannot be read.", e);
        }
    }

    /**
     * @param <T> type of the value
     * @param value what is copied
     * @param type of the value
     * @return a copy that shares nothing with it
     */
    public static <T> T copy(T value, Class<T> type) {
        return read(write(value), type);
    }
}
