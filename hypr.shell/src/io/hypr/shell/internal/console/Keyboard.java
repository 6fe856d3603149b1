package io.hypr.shell.internal.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.util.function.IntConsumer;

/**
 * The keys of the caller's terminal, which is in raw mode as long as the shell is open. One thread reads them and gives them to the line editor or,
 * while a line is executed, to its command: as they
 * are to one that has asked for raw mode, and else as a terminal in its usual mode does, that is line by line, with echo, Ctrl-C and Ctrl-D. The
 * terminal itself cannot do that part: its end of
 * file would end the connection's input for good.
 */
final class Keyboard {

    private static final int MOST = 64 << 10;
    private static final int INTERRUPT = 3;
    private static final int END = 4;
    private static final int KILL = 21;
    private static final int QUIT = 28;
    private static final int SIGINT = 2;
    private static final int SIGQUIT = 3;

    private final InputStream source;
    private final PrintStream echo;
    private final IntConsumer signals;
    private final Keys editor = new Keys();
    private final Keys command = new Keys();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean executing;
    private boolean raw;
    private boolean over;

    /** Keys that wait for who reads them. */
    private static final class Keys {
        private byte[] keys = new byte[256];
        private int first;
        private int end;
        private boolean ended;

        void add(byte[] bytes, int offset, int length) {
            if (end + length > keys.length) {
                byte[] bigger = new byte[Math.max(256, 2 * (end - first + length))];
                System.arraycopy(keys, first, bigger, 0, end - first);
                keys = bigger;
                end -= first;
                first = 0;
            }
            System.arraycopy(bytes, offset, keys, end, length);
            end += length;
        }

        int size() {
            return end - first;
        }
    }

    /**
     * @param source the keys
     * @param echo where what is typed to a command is shown
     * @param signals takes SIGINT and SIGQUIT when they are typed
     */
    Keyboard(InputStream source, PrintStream echo, IntConsumer signals) {
        this.source = source;
        this.echo = echo;
        this.signals = signals;
        Thread.ofVirtual().name("hypr keyboard").start(this::pump);
    }

    /** @return what the line editor reads */
    InputStream editor() {
        return new Tap(editor);
    }

    /** @return what one command reads; its end of file comes when it is {@linkplain Tap#end ended} at the latest */
    Tap command() {
        return new Tap(command);
    }

    /** A line is executed: keys go to its commands. */
    synchronized void execute() {
        executing = true;
        raw = false;
        command.ended = false;
        notifyAll();
    }

    /** The line has been executed: keys go to the editor, those that no command has read first. */
    synchronized void edit() {
        executing = false;
        raw = false;
        editor.add(command.keys, command.first, command.size());
        command.first = command.end;
        byte[] rest = line.toByteArray();
        line.reset();
        editor.add(rest, 0, rest.length);
        notifyAll();
    }

    /** A command takes keys as they come, also the beginning of a line that was typed before, or no more. */
    synchronized void raw(boolean on) {
        raw = on;
        if (on) {
            deliver();
        }
    }

    /** No more keys will be read: everybody gets the end of file. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    private void pump() {
        byte[] keys = new byte[4096];
        try {
            for (int n = source.read(keys); n >= 0 && take(keys, n); n = source.read(keys)) {
                echo.flush();
            }
        } catch (IOException | InterruptedException e) {
            // The caller is gone, which its connection tells to the shell; here it is the end of the keys.
            over = true;
        } finally {
            end();
        }
    }

    private boolean take(byte[] keys, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            int signal = take(keys, i, keys[i] & 0xff);
            if (signal != 0) {
                // Without the lock: who takes it may wait for others.
                signals.accept(signal);
            }
        }
        return true;
    }

    private synchronized int take(byte[] keys, int at, int key) throws InterruptedException {
        while (!over && (executing ? command : editor).size() >= MOST) {
            if (executing && !raw && key == INTERRUPT) {
                command.first = command.end;
                break;
            }
            wait();
        }
        if (!executing || raw) {
            (executing ? command : editor).add(keys, at, 1);
            notifyAll();
            return 0;
        }
        return edit(key);
    }

    /** What a terminal's line discipline does. */
    private int edit(int key) {
        switch (key) {
            case INTERRUPT, QUIT -> {
                line.reset();
                echo.print(key == INTERRUPT ? "^C\r\n" : "^\\\r\n");
                return key == INTERRUPT ? SIGINT : SIGQUIT;
            }
            case END -> {
                command.ended |= line.size() == 0;
                deliver();
            }
            case '\r', '\n' -> {
                echo.print("\r\n");
                line.write('\n');
                deliver();
            }
            case '\b', 0x7f -> erase();
            case KILL -> {
                while (line.size() > 0) {
                    erase();
                }
            }
            default -> {
                if (line.size() < MOST) {
                    line.write(key);
                    echo.write(key);
                }
            }
        }
        return 0;
    }

    private void erase() {
        byte[] typed = line.toByteArray();
        int n = typed.length;
        if (n == 0) {
            return;
        }
        n--;
        while (n > 0 && (typed[n] & 0xc0) == 0x80) {
            n--;
        }
        line.reset();
        line.write(typed, 0, n);
        echo.print("\b \b");
    }

    private void deliver() {
        byte[] typed = line.toByteArray();
        line.reset();
        command.add(typed, 0, typed.length);
        notifyAll();
    }

    /** A reader of keys. Keys that come after its end are left to others. */
    final class Tap extends InputStream {
        private final Keys keys;
        private boolean ended;

        private Tap(Keys keys) {
            this.keys = keys;
        }

        /** Ends it: who waits in it gets the end of file. */
        void end() {
            synchronized (Keyboard.this) {
                ended = true;
                Keyboard.this.notifyAll();
            }
        }

        @Override
        public int available() {
            synchronized (Keyboard.this) {
                return ended ? 0 : keys.size();
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            synchronized (Keyboard.this) {
                while (keys.size() == 0 && !keys.ended && !over && !ended) {
                    try {
                        Keyboard.this.wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new InterruptedIOException("The reader of keys was interrupted");
                    }
                }
                if (ended || keys.size() == 0) {
                    // Ctrl-D is the end of file once, as at a terminal.
                    keys.ended = false;
                    return -1;
                }
                int n = Math.min(length, keys.size());
                System.arraycopy(keys.keys, keys.first, bytes, offset, n);
                keys.first += n;
                Keyboard.this.notifyAll();
                return n;
            }
        }
    }
}
