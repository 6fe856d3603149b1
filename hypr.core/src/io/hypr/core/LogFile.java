package io.hypr.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

import io.hypr.core.internal.LogLine;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Writes what bundles log to {@code $hypr.home/hyprd.log}: a line an entry, with the time, the level, the bundle, the sentence and the
 * sentences of its causes. Stack traces are added for failures that nobody foresaw, and at debug level. The file is renamed to
 * {@code hyprd.log.1} at 8 MiB.
 */
@Component(service = {}, immediate = true)
public final class LogFile implements LogListener {

    private static final long LIMIT = 8 << 20;

    private final LogReaderService reader;
    private final Path file;
    private java.io.OutputStream out;
    private long size;

    /**
     * @param context says where the home is
     * @param reader gives the entries
     * @throws IOException if the file cannot be written
     */
    @Activate
    public LogFile(BundleContext context, @Reference LogReaderService reader) throws IOException {
        this.reader = reader;
        String home = context.getProperty("hypr.home");
        if (home == null || home.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The framework property hypr.home is not set.").remedy("Start hyprd by its own script, which sets it.");
        }
        this.file = Path.of(home, "hyprd.log");
        Files.createDirectories(file.getParent());
        open();
        reader.addLogListener(this);
    }

    private void open() throws IOException {
        out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(file);
    }

    @Override
    public synchronized void logged(LogEntry entry) {
        if (entry.getLogLevel() == LogLevel.TRACE || isNoise(entry)) {
            return;
        }
        byte[] line = LogLine.of(Instant.ofEpochMilli(entry.getTime()), entry.getLogLevel().name().toLowerCase(Locale.ROOT),
            entry.getBundle() == null ? "-" : entry.getBundle().getSymbolicName(), entry.getMessage(), entry.getException(),
            entry.getLogLevel() == LogLevel.DEBUG)
            .getBytes(StandardCharsets.UTF_8);
        try {
            out.write(line);
            size += line.length;
            if (size >= LIMIT) {
                out.close();
                Files.move(file, file.resolveSibling("hyprd.log.1"), StandardCopyOption.REPLACE_EXISTING);
                open();
            }
        } catch (IOException e) {
            size = 0; // A full disk: there is nowhere to say so, and what comes next is tried again.
        }
    }

    /** The framework and DS tell of every service and bundle that comes or goes. */
    private static boolean isNoise(LogEntry entry) {
        boolean framework = entry.getLoggerName() != null && entry.getLoggerName().startsWith("Events.");
        return (framework || entry.getBundle() == null || !entry.getBundle().getSymbolicName().startsWith("hypr."))
            && entry.getLogLevel().ordinal() > LogLevel.WARN.ordinal();
    }

    /** Stops listening. */
    @Deactivate
    synchronized void close() throws IOException {
        reader.removeLogListener(this);
        out.close();
    }
}
