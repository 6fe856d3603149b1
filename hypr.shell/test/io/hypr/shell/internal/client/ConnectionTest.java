package io.hypr.shell.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.command.NetworkGroup;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.grammar.InputException;

/** The daemon's side of docs/CLIENT_PROTOCOL.md, with the real Gogo runtime and a real socket. */
@Timeout(60)
class ConnectionTest {

    @TempDir
    private Path directory;
    private final CommandProcessorImpl processor = new CommandProcessorImpl();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CompletableFuture<String> told = new CompletableFuture<>();
    private Client client;

    /** What a command does. */
    private interface Body {
        Object run(Call call, List<Object> words) throws Exception;
    }

    private void add(String name, Body body) {
        processor.addCommand("hypr", (Function) (session, words) -> body.run(Call.of(session), words), name);
    }

    @BeforeEach
    void start() throws Exception {
        add("say", (call, words) -> {
            call.out().println("out " + words + " " + call.directory() + " " + call.environment().get("A") + " " + call.isTerminal(0)
                    + call.isTerminal(1) + " " + call.size());
            call.err().println("err");
            return "value";
        });
        add("cat", (call, words) -> {
            call.in().transferTo(call.out());
            return null;
        });
        add("sleep", (call, words) -> {
            begun.countDown();
            call.out().println("sleeping");
            call.out().flush();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                told.complete("interrupted");
                throw e;
            }
            return null;
        });
        add("proxy", (call, words) -> {
            CompletableFuture<Integer> signal = new CompletableFuture<>();
            call.onSignal(n -> {
                if (n == 12) {
                    throw new HyprException(ErrorCode.CONFLICT, "it has just ended");
                }
                signal.complete(n);
            });
            call.raw(true);
            throw new Exit(signal.get());
        });
        add("size", (call, words) -> {
            CompletableFuture<Call.Size> size = new CompletableFuture<>();
            call.onResize(() -> size.complete(call.size()));
            call.raw(true);
            return size.get().rows() + "x" + size.get().columns();
        });
        add("flood", (call, words) -> {
            byte[] block = new byte[100_000];
            for (int i = 0; i < 100; i++) {
                call.out().write(block);
                begun.countDown();
            }
            told.complete(call.out().checkError() ? "gone" : "written");
            return null;
        });
        add("fail", (call, words) -> {
            switch (String.valueOf(words.getFirst())) {
                case "hypr" -> throw new HyprException(ErrorCode.NOT_FOUND, "No such thing: x").remedy("Make one.");
                case "invalid" -> throw new HyprException(ErrorCode.INVALID, "invalid thing");
                case "words" -> throw new InputException("invalid words").remedy("Type others.");
                case "exit" -> throw new Exit(77);
                case "fault" -> throw new IllegalStateException("broken");
                default -> throw new StackOverflowError();
            }
        });
        add("run", (call, words) -> {
            throw switch (String.valueOf(words.getFirst())) {
                case "words" -> new InputException("invalid words");
                case "missing" -> new HyprException(ErrorCode.NOT_FOUND, "exec: no such file or directory");
                default -> new HyprException(ErrorCode.NOT_FOUND, "No such image: x");
            };
        });
        add("create", (call, words) -> {
            throw words.isEmpty() ? new HyprException(ErrorCode.INVALID, "invalid thing") : new InputException("invalid words");
        });
        client = new Client(directory, processor);
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        client.over.get(30, TimeUnit.SECONDS);
        processor.stop();
    }

    private String errors() {
        return client.err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aCommandOfOursThatIsJustNotThereIsAskedForAnew() throws Exception {
        for (List<String> words : List.of(List.of("ps", "-a"), List.of("container", "ls"), List.of("network", "ls"))) {
            try (Client one = new Client(directory, processor)) {
                processor.addCommand("hypr", new NetworkGroup(), "network"); // A group that is there already, and its commands are not.
                one.command(0, words.toArray(String[]::new));
                one.until(Frames.AGAIN);
                assertEquals(0, one.next());
                assertEquals("", one.err.toString(StandardCharsets.UTF_8) + one.out.toString(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void carriesWordsDirectoryEnvironmentAndBothStreamsApart() throws Exception {
        client.command(0b10, "say", "-it", "null", "a b", "");
        assertEquals(0, client.untilExit());
        assertEquals("out [-it, null, a b, ] /tmp b falsetrue Size[rows=24, columns=80]\nvalue\n", client.out.toString(StandardCharsets.UTF_8));
        assertEquals("err\n", errors());
        assertEquals("exit 0;", client.events.toString(), "no input is asked for by a command that reads none");
    }

    @Test
    void inputIsAskedForAsItIsReadAndEndsWithAnEmptyFrame() throws Exception {
        client.command(0, "cat");
        client.until(Frames.WANT);
        int wanted = Integer.parseInt(client.events.toString().replaceAll("\\D", ""));
        byte[] all = new byte[1_000_000];
        new Random(1).nextBytes(all);
        CompletableFuture<Void> reading = new CompletableFuture<>();
        int[] credit = {wanted};
        Thread.ofVirtual().start(() -> {
            try {
                int sent = 0;
                while (sent < all.length) {
                    int n;
                    synchronized (credit) {
                        while (credit[0] == 0) {
                            credit.wait();
                        }
                        n = Math.min(Math.min(credit[0], 50_000), all.length - sent);
                        credit[0] -= n;
                    }
                    client.send(Frames.INPUT, java.util.Arrays.copyOfRange(all, sent, sent + n));
                    sent += n;
                }
                client.send(Frames.INPUT, new byte[0]);
                reading.complete(null);
            } catch (Exception e) {
                reading.completeExceptionally(e);
            }
        });
        while (true) {
            client.events.setLength(0);
            int type = client.next();
            if (type == Frames.EXIT) {
                break;
            }
            assertTrue(type != 0, "the connection ended: " + errors());
            if (type == Frames.WANT) {
                synchronized (credit) {
                    credit[0] += Integer.parseInt(client.events.toString().replaceAll("\\D", ""));
                    credit.notifyAll();
                }
            }
        }
        reading.get(10, TimeUnit.SECONDS);
        org.junit.jupiter.api.Assertions.assertArrayEquals(all, client.out.toByteArray());
    }

    @Test
    void inputThatNobodyAskedForEndsTheConnection() throws Exception {
        client.command(0, "sleep");
        client.until(Frames.OUTPUT);
        client.send(Frames.INPUT, new byte[] {1});
        assertEquals("interrupted", told.get(30, TimeUnit.SECONDS));
        client.over.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aSignalInterruptsACommandThatTakesNone() throws Exception {
        client.command(0, "sleep");
        client.until(Frames.OUTPUT);
        client.send(Frames.SIGNAL, new byte[] {28});
        client.send(Frames.SIGNAL, new byte[] {15});
        assertEquals(143, client.untilExit());
        assertEquals("sleeping\n", client.out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aSignalGoesToItsTakerAndAnUndeliverableOneHarmsNothing() throws Exception {
        client.command(0b111, "proxy");
        client.until(Frames.RAW);
        client.send(Frames.SIGNAL, new byte[] {12});
        client.send(Frames.SIGNAL, new byte[] {10});
        assertEquals(10, client.untilExit());
        assertEquals("raw 1;raw 0;exit 10;", client.events.toString(), "the terminal is put back");
    }

    @Test
    void sizesArrive() throws Exception {
        client.command(0b111, "size");
        client.until(Frames.RAW);
        client.send(Frames.SIZE, new byte[] {50, 0, (byte) 200, 0});
        assertEquals(0, client.untilExit());
        assertEquals("50x200\n", client.out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aClientThatHangsUpEndsItsCommand() throws Exception {
        client.command(0, "sleep");
        client.until(Frames.OUTPUT);
        client.close();
        assertEquals("interrupted", told.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aClientThatHangsUpWhileMuchIsWrittenHoldsNothing() throws Exception {
        client.command(0, "flood");
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        client.close();
        assertEquals("gone", told.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aSignalWhileMuchIsWrittenDoesNotBreakTheConnection() throws Exception {
        client.command(0, "flood");
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        Thread signals = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 50; i++) {
                    client.send(Frames.SIGNAL, new byte[] {2});
                }
            } catch (java.io.IOException e) {
                told.completeExceptionally(e);
            }
        });
        int status = client.untilExit();
        signals.join();
        assertTrue(status == 0 || status == 130, "exit status " + status);
        assertEquals(10_000_000, client.out.size());
        assertEquals("written", told.get(30, TimeUnit.SECONDS));
    }

    @Test
    void failuresAreSentencesWithStatuses() throws Exception {
        record Case(List<String> words, int status, String errors) {
        }
        List<Case> cases = List.of(
                new Case(List.of("fail", "hypr"), 1, "Error response from daemon: No such thing: x\nMake one.\n"),
                new Case(List.of("fail", "invalid"), 1, "Error response from daemon: invalid thing\n"),
                new Case(List.of("fail", "words"), 1, "invalid words\nType others.\n"),
                new Case(List.of("create"), 1, "Error response from daemon: invalid thing\n"),
                new Case(List.of("create", "words"), 125, "hypr: invalid words\n\nRun 'hypr create --help' for more information\n"),
                new Case(List.of("run", "words"), 125, "hypr: invalid words\n\nRun 'hypr run --help' for more information\n"),
                new Case(List.of("run", "missing"), 127,
                        "hypr: Error response from daemon: exec: no such file or directory\n\nRun 'hypr run --help' for more information\n"),
                new Case(List.of("fail", "exit"), 77, ""),
                new Case(List.of("run", "image"), 125, "hypr: Error response from daemon: No such image: x\n\nRun 'hypr run --help' for more information\n"),
                new Case(List.of("nosuch"), 1, "hypr: unknown command: hypr nosuch\n\nRun 'hypr --help' for more information\n"),
                new Case(List.of("fail", "fault"), 1,
                        "hyprd failed: java.lang.IllegalStateException: broken\nThis is a fault of HYPR. What led to it is in hyprd's log.\n"),
                new Case(List.of("fail", "error"), 125, "hyprd failed: java.lang.StackOverflowError\n"));
        for (Case c : cases) {
            try (Client one = new Client(directory, processor)) {
                one.command(0, c.words().toArray(String[]::new));
                assertEquals(c.status(), one.untilExit(), c.words().toString());
                assertEquals(c.errors(), one.err.toString(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aCommandOfManyFramesIsPutTogether() throws Exception {
        List<String> words = new ArrayList<>(List.of("say"));
        words.addAll(Collections.nCopies(2000, "x".repeat(100)));
        byte[] all = Client.command(1, 0, "/tmp", words, List.of());
        client.send(Frames.COMMAND, java.util.Arrays.copyOf(all, 65_536));
        for (int at = 65_536; at < all.length; at += 65_536) {
            client.send(Frames.MORE, java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + 65_536)));
        }
        assertEquals(0, client.untilExit());
        assertTrue(client.out.size() > 200_000);
    }

    @Test
    void aClientOfAnotherVersionIsToldSo() throws Exception {
        client.send(Frames.COMMAND, Client.command(9, 0, "/", List.of("say"), List.of()));
        assertEquals(125, client.untilExit());
        assertTrue(errors().contains("version 9") && errors().contains("hypr daemon stop"), errors());
    }

    @Test
    void whatIsNoCommandIsRefused() throws Exception {
        client.send(Frames.INPUT, new byte[4]);
        assertEquals(125, client.untilExit());
        assertTrue(errors().contains("begins with COMMAND"), errors());
    }

    @Test
    void noOctetsOfAClientHarmTheDaemon() throws Exception {
        Random random = new Random(20);
        byte[] good = Client.command(1, 7, "/tmp", List.of("say", "a"), List.of("A=b"));
        for (int i = 0; i < 300; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            Client one = new Client(directory, processor);
            one.send(random.nextInt(5) == 0 ? random.nextInt(256) : Frames.COMMAND, bytes);
            one.close();
            one.over.get(30, TimeUnit.SECONDS);
        }
        client.command(0, "say");
        assertEquals(0, client.untilExit(), "others are served all the same");
    }
}
