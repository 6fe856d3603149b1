package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.engine.Attachment;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.Execs;
import io.hypr.engine.Logs;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

@Timeout(60)
class EngineTest extends OneEngine {

    @BeforeEach
    void openEngine() {
        open();
    }

    private String logs(String id) throws InterruptedException {
        StringBuilder out = new StringBuilder();
        new LogService(() -> engine).read(id, new Logs.Query(true, true, null, null, -1, false),
            (stream, time, bytes) -> out.append(stream).append(' ').append(new String(bytes, StandardCharsets.UTF_8)));
        return out.toString();
    }

    private static final class Collected {
        final ByteArrayOutputStream[] streams = {null, new ByteArrayOutputStream(), new ByteArrayOutputStream()};

        synchronized void write(int stream, byte[] bytes, int offset, int length) {
            streams[stream].write(bytes, offset, length);
            notifyAll();
        }

        synchronized String text(int stream) {
            return streams[stream].toString(StandardCharsets.UTF_8);
        }

        synchronized void await(String text) throws InterruptedException {
            while (!streams[1].toString(StandardCharsets.UTF_8).contains(text)) {
                wait();
            }
        }
    }

    @Test
    void aContainerRunsAndLeavesItsOutputAndStatus() throws Exception {
        ContainerInfo c = containers.create(Fakes.spec("both"));
        assertEquals(ContainerState.CREATED, c.state);
        Collected seen = new Collected();
        Attachment attachment = containers.attach(c.id, seen::write, false);
        containers.start(c.id);
        assertEquals(7, attachment.await());
        assertEquals(7, containers.await(c.name, Until.NOT_RUNNING));
        assertEquals("out\n", seen.text(1));
        assertEquals("err\n", seen.text(2));
        assertEquals("1 out\n2 err\n", logs(c.id));
        ContainerInfo now = containers.inspect(c.id);
        assertEquals(ContainerState.EXITED, now.state);
        assertEquals(7, now.exitCode);
        assertEquals("fake", now.backend);
        assertTrue(now.bootNanos > 0);
        assertEquals(FakeHost.NOTHING, host.leftovers());
        containers.remove(c.id, false);
        assertThrows(HyprException.class, () -> containers.inspect(c.id));
        try (Stream<Path> rest = Files.list(base.resolve("home/containers"))) {
            assertEquals(0, rest.count());
        }
    }

    @Test
    void aContainerCanBeStartedAgain() throws Exception {
        ContainerInfo c = containers.create(Fakes.spec("echo", "once"));
        for (int i = 0; i < 3; i++) {
            containers.start(c.id);
            assertEquals(0, containers.await(c.id, Until.NOT_RUNNING));
        }
        assertEquals("1 once\n1 once\n1 once\n", logs(c.id));
    }

    @Test
    void autoRemoveWaitsForThoseWhoReadTheOutput() throws Exception {
        ContainerSpec spec = Fakes.spec("both");
        spec.autoRemove = true;
        ContainerInfo c = containers.create(spec);
        Collected seen = new Collected();
        CountDownLatch slow = new CountDownLatch(1);
        Attachment attachment = containers.attach(c.id, (stream, bytes, offset, length) -> {
            try {
                slow.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            seen.write(stream, bytes, offset, length);
        }, false);
        containers.start(c.id);
        containers.await(c.id, Until.NOT_RUNNING);
        Thread removal = Thread.ofPlatform().start(new Removal(engine, engine.find(c.id))::afterEnd);
        while (removal.getState() != Thread.State.TIMED_WAITING) { // For those who read.
            assertTrue(removal.isAlive(), "it is removed though somebody reads");
            Thread.onSpinWait();
        }
        assertEquals(ContainerState.EXITED, containers.inspect(c.id).state);
        slow.countDown();
        assertEquals(7, attachment.await());
        assertEquals("out\n", seen.text(1));
        assertEquals("err\n", seen.text(2));
        removal.join();
        assertThrows(HyprException.class, () -> containers.inspect(c.id));
    }

    @Test
    void autoRemoveRemoves() throws Exception {
        ContainerSpec spec = Fakes.spec("exit", "5");
        spec.autoRemove = true;
        ContainerInfo c = containers.create(spec);
        Attachment a = containers.attach(c.id, io.hypr.engine.Output.NONE, false);
        containers.start(c.id);
        assertEquals(5, a.await());
        try {
            assertEquals(5, containers.await(c.id, Until.REMOVED));
        } catch (HyprException gone) {
            assertEquals(ErrorCode.NOT_FOUND, gone.code());
        }
        assertEquals(0, containers.list().size());
    }

    @Test
    void aCommandThatIsNotThereIs127AndLeavesNothing() throws Exception {
        ContainerSpec spec = Fakes.spec("nope");
        ContainerSpec.PortMapping port = new ContainerSpec.PortMapping();
        port.containerPort = 80;
        spec.ports.add(port);
        ContainerInfo c = containers.create(spec);
        Attachment a = containers.attach(c.id, io.hypr.engine.Output.NONE, false);
        HyprException e = assertThrows(HyprException.class, () -> containers.start(c.id));
        assertTrue(e.getMessage().contains("exec: \"nope\": executable file not found in $PATH: unknown"), e.getMessage());
        assertEquals(127, a.await());
        assertEquals(127, containers.inspect(c.id).exitCode);
        assertEquals(ContainerState.CREATED, containers.inspect(c.id).state);
        assertEquals(FakeHost.NOTHING, host.leftovers());
        HyprException denied = assertThrows(HyprException.class, () -> containers.start(containers.create(Fakes.spec("/etc/passwd")).id));
        assertTrue(denied.getMessage().contains("exec: \"/etc/passwd\": permission denied: unknown"), denied.getMessage());
    }

    @Test
    void stopAsksByTheSignalThatIsWanted() throws Exception {
        ContainerInfo stubborn = containers.create(Fakes.spec("stubborn"));
        Collected seen = new Collected();
        containers.attach(stubborn.id, seen::write, false);
        containers.start(stubborn.id);
        containers.kill(stubborn.id, "HUP");
        seen.await("got 1\n");
        assertThrows(HyprException.class, () -> containers.stop(stubborn.id, null, "NONSENSE"));
        containers.stop(stubborn.id, Duration.ofMillis(50), "USR1");
        seen.await("got 10\n");
    }

    @Test
    void stopAsksAndThenForces() throws Exception {
        ContainerInfo polite = containers.create(Fakes.spec("sleep"));
        containers.start(polite.id);
        containers.stop(polite.id, Duration.ofSeconds(30));
        assertEquals(143, containers.inspect(polite.id).exitCode);
        ContainerInfo rude = containers.create(Fakes.spec("stubborn"));
        Collected seen = new Collected();
        containers.attach(rude.id, seen::write, false);
        containers.start(rude.id);
        containers.kill(rude.id, "HUP");
        seen.await("got 1\n");
        containers.stop(rude.id, Duration.ofMillis(50));
        assertEquals(137, containers.inspect(rude.id).exitCode);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void aVmThatVanishesIs137() throws Exception {
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        host.vms.get(c.id).end();
        assertEquals(137, containers.await(c.id, Until.NOT_RUNNING));
        assertEquals("", containers.inspect(c.id).error);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void whyAVmVanishedIsSaidAsFarAsItsVmmTold() throws Exception {
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        backend().endings.put(c.id, "The guest reset its machine.");
        host.vms.get(c.id).end();
        assertEquals(137, containers.await(c.id, Until.NOT_RUNNING));
        assertEquals("The guest reset its machine.", containers.inspect(c.id).error);
        containers.start(c.id);
        assertEquals("", containers.inspect(c.id).error);
        containers.kill(c.id, "KILL");
        assertEquals(137, containers.await(c.id, Until.NOT_RUNNING));
        assertEquals("", containers.inspect(c.id).error, "it did not vanish");
    }

    @Test
    void standardInputReachesTheProcessAndEnds() throws Exception {
        ContainerSpec spec = Fakes.spec("cat");
        spec.openStdin = true;
        spec.stdinOnce = true;
        ContainerInfo c = containers.create(spec);
        Collected seen = new Collected();
        Attachment a = containers.attach(c.id, seen::write, true);
        containers.start(c.id);
        byte[] much = "0123456789abcdef".repeat(40_000).getBytes(StandardCharsets.US_ASCII);
        a.input().write(much);
        a.input().close();
        assertEquals(0, a.await());
        assertEquals(new String(much, StandardCharsets.US_ASCII), seen.text(1));
    }

    @Test
    void execRunsBesideTheWorkload() throws Exception {
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        ExecService execs = new ExecService(() -> engine);
        Execs.ExecSpec spec = new Execs.ExecSpec();
        spec.argv.add("count");
        spec.argv.add("10000");
        Collected seen = new Collected();
        try (Execs.Exec exec = execs.exec(c.id, spec, seen::write)) {
            assertEquals(3, exec.await());
        }
        assertEquals(10_000, (seen.text(1) + seen.text(2)).lines().count());
        Execs.ExecSpec missing = new Execs.ExecSpec();
        missing.argv.add("nope");
        HyprException e = assertThrows(HyprException.class, () -> execs.exec(c.id, missing, seen::write));
        assertEquals(ErrorCode.NOT_FOUND, e.code());
        containers.remove(c.id, true);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void whatIsTypedForACommandEndsWithTheEngine() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        host.programs.put("reads", p -> {
            p.read(true);
            ended.countDown();
            return 0;
        });
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        Execs.ExecSpec spec = new Execs.ExecSpec();
        spec.argv.add("reads");
        spec.openStdin = true;
        new ExecService(() -> engine).exec(c.id, spec, (stream, octets, offset, length) -> { });
        engine.close();
        assertEquals(1, ended.getCount());
        open();
        ended.await();
        containers.remove(c.id, true);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void namesAreUniqueAndFoundByPrefix() {
        ContainerSpec spec = Fakes.spec("true");
        spec.name = "web";
        ContainerInfo c = containers.create(spec);
        HyprException e = assertThrows(HyprException.class, () -> containers.create(spec));
        assertEquals("Conflict. The container name \"/web\" is already in use by container \"" + c.id
            + "\". You have to remove (or rename) that container to be able to reuse that name.", e.getMessage());
        assertEquals(c.id, containers.inspect(c.id.substring(0, 6)).id);
        containers.rename("web", "web2");
        assertEquals(c.id, containers.inspect("web2").id);
        assertEquals("No such container: web", assertThrows(HyprException.class, () -> containers.inspect("web")).getMessage());
        spec.name = "-bad";
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> containers.create(spec)).code());
        assertEquals(1, containers.list().size());
    }

    @Test
    void aBackendCanBeReplacedWhileAContainerRuns() throws Exception {
        FakeBackend successor = new FakeBackend(host.socket);
        ContainerInfo c = containers.create(Fakes.spec("stubborn"));
        Collected seen = new Collected();
        containers.attach(c.id, seen::write, false);
        containers.start(c.id);
        containers.kill(c.id, "USR1");
        seen.await("got 10\n");
        engine.services().backends.remove(backend());
        assertEquals(ContainerState.RUNNING, containers.inspect(c.id).state);
        host.vms.get(c.id).guest.cut();
        engine.services().backends.add(successor, FakeBackend.PROPERTIES);
        containers.kill(c.id, "USR2");
        seen.await("got 12\n");
        containers.remove(c.id, true);
        assertEquals("got 10\ngot 12\n", seen.text(1));
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void whatWasAskedForIsKeptAsDockerWritesIt() {
        ContainerSpec spec = Fakes.spec("x");
        spec.env.addAll(List.of("A=1", "PATH=/own"));
        spec.capAdd.addAll(List.of("sys_time", "CAP_NET_ADMIN", "net_admin"));
        spec.capDrop.addAll(List.of("mknod", "all"));
        spec.hostname = "box.example.org";
        ContainerInfo c = containers.create(spec);
        assertEquals(List.of("A=1", "PATH=/own"), c.spec.env.subList(0, 2), "what was asked for, then what the image has");
        assertEquals(List.of("PATH=/own", "HOSTNAME=box.example.org", "A=1"), c.env.subList(0, 3));
        assertEquals(List.of("CAP_NET_ADMIN", "CAP_SYS_TIME"), c.spec.capAdd);
        assertEquals(List.of("ALL", "CAP_MKNOD"), c.spec.capDrop);
        assertEquals("", c.spec.stopSignal, "nobody asked for one");
        spec.capAdd = List.of("nonsense");
        assertEquals("invalid CapAdd: unknown capability: \"CAP_NONSENSE\"", assertThrows(HyprException.class, () -> containers.create(spec)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        who         | who    | unable to find user who: no matching entries in passwd file
        root:which  | which  | unable to find group which: no matching entries in group file
        root        | audio2 | Unable to find group audio2: no matching entries in group file
        """)
    void namesThatTheImageHasNotAreToldAsDockerDoes(String user, String unknown, String sentence) {
        assertEquals(sentence, Refusal.of("", "sh", user, "/", new Result(1, 2, 5, unknown.getBytes(StandardCharsets.UTF_8))).exception().getMessage());
    }

    @Test
    void badRequestsAreRefusedAndLeaveNothing() {
        List<java.util.function.Consumer<ContainerSpec>> bad =
                List.of(s -> s.image = "nope", s -> s.memory = 1, s -> s.memory = Long.MAX_VALUE / 8, s -> s.cpus = 1_000,
            s -> s.workingDir = "relative", s -> s.capAdd.add("NOPE"), s -> s.ulimits.add("nofile"), s -> s.stopSignal = "SIGNOPE",
            s -> s.network = "nope", s -> s.network = "host",
            s -> s.restartPolicy = "sometimes", s -> s.restartRetries = 3, s -> s.cpus = Double.NaN, s -> s.env.add("=x"),
            s -> s.dns.add("x.y"), s -> s.macAddress = "zz", s -> s.ip = "1.2.3.4", s -> s.extraHosts.add("x"),
            s -> s.logOptions.put("max-size", "x"), s -> s.tmpfs.put("relative", ""), s -> s.env.add("BIG=" + "x".repeat(70_000)),
            s -> s.hostname = "two words", s -> s.vmm = "(facet=",
            s -> s.entrypoint = List.of());
        for (var wrong : bad) {
            ContainerSpec spec = Fakes.spec();
            wrong.accept(spec);
            assertThrows(HyprException.class, () -> containers.create(spec));
        }
        assertEquals(0, containers.list().size());
        assertFalse(Files.exists(base.resolve("home/containers/x")));
    }

    @Test
    void guestsThatAFullDiskStoppedGoOnAndOthersAreLeftAlone() {
        ContainerInfo waits = containers.create(Fakes.spec("stubborn"));
        ContainerInfo runs = containers.create(Fakes.spec("stubborn"));
        containers.start(waits.id);
        containers.start(runs.id);
        FakeBackend backend = backend();
        DiskWatch watch = new DiskWatch(engine);
        backend.stalled.add(waits.id);
        watch.look(1L << 40);
        assertEquals(List.of("resume " + waits.id), backend.calls, "room came while no engine was there");
        backend.calls.clear();
        watch.look(1L << 40);
        assertEquals(List.of(), backend.calls);
        watch.look(1L << 20);
        watch.look(2L << 30);
        assertEquals(List.of("resume " + waits.id, "resume " + waits.id), backend.calls);
        watch.look(2L << 30);
        assertEquals(2, backend.calls.size());
        for (int i = 0; i < 6; i++) {
            watch.look(2L << 30);
        }
        assertEquals(3, backend.calls.size(), "room came and went between two looks");
        backend.stalled.clear();
        containers.remove(waits.id, true);
        containers.remove(runs.id, true);
    }

    @Test
    void aGuestThatWritesItsDiskIsNotCutOffByAnEngineThatCloses() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        host.beforePowerOff = () -> {
            asked.countDown();
            try {
                written.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        ContainerInfo c = containers.create(Fakes.spec("exit", "4"));
        containers.start(c.id);
        asked.await();
        engine.close();
        assertFalse(host.vms.get(c.id).isEnded());
        open();
        assertFalse(host.vms.get(c.id).isEnded());
        written.countDown();
        engine.awaitReconciled();
        assertEquals(ContainerState.EXITED, containers.inspect(c.id).state);
        assertEquals(4, containers.inspect(c.id).exitCode);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void aRunningContainerSurvivesTheEngine() throws Exception {
        ContainerInfo c = containers.create(Fakes.spec("stubborn"));
        containers.start(c.id);
        containers.kill(c.id, "USR1");
        engine.close();
        open();
        assertEquals(ContainerState.RUNNING, containers.inspect(c.id).state);
        Collected seen = new Collected();
        containers.attach(c.id, seen::write, false);
        containers.kill(c.id, "USR2");
        seen.await("got 12\n");
        assertEquals("1 got 10\n1 got 12\n", logs(c.id));
        containers.remove(c.id, true);
        assertFalse(containers.list().stream().anyMatch(i -> i.id.equals(c.id)));
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }
}
