package org.example.traced;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;

/** Writes a line for every call of an interface: when it ended, on what, its name, how long it took and what came of it. */
final class Trace {

    private static final long LIMIT = 1 << 20;

    private final Path file;

    Trace(Path file) {
        this.file = file;
    }

    <T> T of(Class<T> type, String subject, T target) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            long begin = System.nanoTime();
            String result = "";
            try {
                Object answer = method.invoke(target, arguments);
                result = method.getReturnType() == void.class ? "done" : String.valueOf(answer);
                return answer;
            } catch (InvocationTargetException e) {
                result = String.valueOf(e.getCause());
                throw e.getCause();
            } finally {
                if (method.getDeclaringClass() != Object.class) {
                    write(subject, method, System.nanoTime() - begin, result);
                }
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private synchronized void write(String subject, Method method, long nanos, String result) {
        String line = String.format(Locale.ROOT, "%s %s %s %.3f ms: %s%n", Instant.now(), subject, method.getName(), nanos / 1e6,
                result.lines().findFirst().orElse(""));
        try {
            if (Files.exists(file) && Files.size(file) > LIMIT) {
                Files.delete(file); // A record for curious people, not for ever.
            }
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
