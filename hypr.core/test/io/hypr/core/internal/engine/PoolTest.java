package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.core.internal.Settings;
import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.MemoryTemplates.Template;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** MicroVMs that wait for their containers. */
@Timeout(60)
class PoolTest extends OneEngine {

    private static final String WENT_ON = "It went on from the pool of the template of its image.";

    private TemplateService templates;

    @BeforeEach
    void openPool() {
        openPool(point -> { });
    }

    private void openPool(Consumer<String> points) {
        openPool(Fakes.settings(base, points));
    }

    private void openPool(Settings settings) {
        Engine next = Fakes.engine(base, host.socket, settings, null);
        Fakes.backend(next).templates = true;
        open(next);
        templates = new TemplateService(() -> engine);
    }

    @AfterEach
    void letGo() {
        backend().refusal = null;
    }

    private static ContainerSpec spec(String... words) {
        ContainerSpec spec = Fakes.spec(words);
        spec.diskSize = 16 << 20;
        return spec;
    }

    private Template template() {
        return templates.list().stream().filter(t -> !t.image.isEmpty()).findFirst().orElseThrow();
    }

    private void awaitWaiting(int count) throws InterruptedException {
        await(() -> template().waiting == count);
    }

    /** Has that many wait. */
    private void fill(int count) throws InterruptedException {
        templates.create(spec());
        templates.pool(count, List.of());
        awaitWaiting(count);
    }

    private ContainerInfo started(ContainerSpec spec) {
        String id = containers.create(spec).id;
        containers.start(id);
        return containers.inspect(id);
    }

    private List<String> noted() throws IOException {
        return names("home/pool").stream().filter(f -> !f.equals("size")).toList();
    }

    private void assertNoPoolLeft() throws IOException {
        assertNothingLeft();
        assertEquals(List.of(), noted());
    }

    @Test
    void aNewContainerGoesOnFromAMicroVmThatWaitedForIt() throws Exception {
        fill(2);
        Set<String> waiting = new HashSet<>(host.vms.keySet());
        assertEquals(2, waiting.size());
        ContainerInfo c = started(spec("echo", "hello"));
        assertTrue(waiting.contains(c.id), "it has the id that the microVM was made for");
        assertEquals(WENT_ON, c.templateReason);
        assertEquals(template().id, c.template);
        assertEquals(List.of("resume " + c.id), backend().calls);
        assertEquals(0, containers.await(c.id, Until.NOT_RUNNING));
        awaitWaiting(2);
        assertEquals(2, noted().size());
        assertEquals(2, host.vms.size());
        containers.remove(c.id, false);
        engine.close();
        assertNoPoolLeft();
        assertEquals(List.of(), names("home/containers"));
    }

    @Test
    void containersOfOtherKindsAreNotGivenOne() throws Exception {
        fill(1);
        List<Consumer<ContainerSpec>> others = List.of(s -> s.memory = 128 << 20, s -> s.readOnly = true, s -> s.privileged = true, s -> s.template = "off",
            s -> s.diskSize = 32 << 20, s -> s.network = "none", s -> s.image = "store", s -> s.cpuShares = 512, s -> s.kernelArguments.add("quiet"),
            s -> s.vmmOptions.put("a", "b"), s -> s.vmm = "other", s -> s.gpus.add("all"));
        for (Consumer<ContainerSpec> other : others) {
            ContainerSpec spec = spec("true");
            other.accept(spec);
            assertFalse(host.vms.containsKey(containers.create(spec).id));
        }
        ContainerSpec wrong = spec("true");
        wrong.workingDir = "relative";
        assertThrows(HyprException.class, () -> containers.create(wrong));
        assertTrue(host.vms.containsKey(containers.create(spec("true")).id), "who could not be created has left it to the next");
    }

    @Test
    void theFirstToClaimOneLosesItWhenTooManyHaveOne() throws Exception {
        fill(1);
        String first = containers.create(spec("echo", "first")).id;
        awaitWaiting(1);
        String second = containers.create(spec("echo", "second")).id;
        await(() -> !host.vms.containsKey(first));
        containers.start(first);
        assertEquals("It started from a template of its image.", containers.inspect(first).templateReason);
        containers.start(second);
        assertEquals(WENT_ON, containers.inspect(second).templateReason);
        assertEquals(0, containers.await(first, Until.NOT_RUNNING));
        assertEquals(0, containers.await(second, Until.NOT_RUNNING));
    }

    @Test
    void aContainerThatWasChangedStartsAsEver() throws Exception {
        fill(1);
        String id = containers.create(spec("exit", "4")).id;
        ContainerChange change = new ContainerChange();
        change.memory = 128L << 20;
        containers.update(id, change);
        containers.start(id);
        assertEquals(128L << 20, backend().plans.stream().filter(p -> p.id().equals(id)).toList().getLast().memory());
        assertNotEquals(WENT_ON, containers.inspect(id).templateReason);
        assertEquals(4, containers.await(id, Until.NOT_RUNNING));
        assertTrue(Files.exists(base.resolve("home/containers").resolve(id).resolve("upper.img")));
        containers.remove(id, false);
        engine.close();
        assertNoPoolLeft();
    }

    @Test
    void aMicroVmThatEndedByItselfIsNotUsed() throws Exception {
        fill(1);
        String dead = host.vms.keySet().iterator().next();
        host.vms.get(dead).end();
        await(() -> !host.vms.containsKey(dead));
        awaitWaiting(1);
        String claimed = containers.create(spec("exit", "4")).id;
        host.vms.get(claimed).end();
        containers.start(claimed);
        assertEquals("It started from a template of its image.", containers.inspect(claimed).templateReason);
        assertEquals(4, containers.await(claimed, Until.NOT_RUNNING));
    }

    @Test
    void aContainerWhoseMicroVmDoesNotAnswerBoots() throws Exception {
        engine.close();
        openPool(Fakes.settings(base, point -> { }, new Settings.Waits(Settings.Waits.USUAL.again(), Duration.ofMillis(200))));
        fill(1);
        backend().mute = true;
        String id = containers.create(spec("exit", "4")).id;
        containers.start(id);
        assertEquals("It did not come up from the template of its shape.", containers.inspect(id).templateReason);
        assertTrue(Files.exists(base.resolve("home/containers").resolve(id).resolve("upper.img")), "it has a disk");
        assertEquals(4, containers.await(id, Until.NOT_RUNNING));
    }

    @Test
    void aContainerThatIsRemovedOrLookedIntoGivesItUp() throws Exception {
        fill(2);
        String removed = containers.create(spec("true")).id;
        String visited = containers.create(spec("exit", "4")).id;
        assertEquals(0, new InsideService(() -> engine).disk(visited), "nothing was written");
        containers.remove(removed, false);
        assertFalse(host.vms.containsKey(removed));
        assertFalse(Files.exists(base.resolve("home/containers").resolve(removed)));
        new InsideService(() -> engine).open(visited).close();
        assertFalse(host.vms.containsKey(visited));
        containers.start(visited);
        assertEquals(4, containers.await(visited, Until.NOT_RUNNING));
    }

    @Test
    void poolsEndWithTheirTemplatesAndSizes() throws Exception {
        fill(2);
        templates.pool(1, List.of(template().id.substring(0, 12)));
        awaitWaiting(1);
        assertEquals(2, templates.pool());
        assertEquals(1, template().pool);
        templates.pool(3, List.of());
        awaitWaiting(3);
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> templates.pool(65, List.of())).code());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> templates.pool(-1, List.of())).code());
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> templates.pool(1, List.of("nosuch"))).code());
        String shape = templates.create(Fakes.spec()).id;
        templates.create(templateWithout());
        String bare = templates.list().stream().filter(t -> t.image.isEmpty()).findFirst().orElseThrow().id;
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> templates.pool(1, List.of(bare))).code());
        templates.remove(shape);
        templates.remove(template().id);
        assertEquals(FakeHost.NOTHING, host.leftovers());
        assertEquals(List.of(), noted());
        fill(1);
        templates.pool(0, List.of());
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    private static ContainerSpec templateWithout() {
        ContainerSpec spec = new ContainerSpec();
        spec.memory = 64L << 20;
        return spec;
    }

    @Test
    void theNextEngineHasAsManyWait() throws Exception {
        fill(2);
        templates.pool(1, List.of(template().id));
        engine.close();
        assertNoPoolLeft();
        openPool(point -> { });
        assertEquals(2, templates.pool());
        assertEquals(1, template().pool);
        engine.settle("fake");
        awaitWaiting(1);
    }

    @Test
    void aBackendThatIsExchangedHasThemMadeAnew() throws Exception {
        fill(2);
        Set<String> before = Set.copyOf(host.vms.keySet());
        engine.unsettle("fake");
        assertEquals(FakeHost.NOTHING, host.leftovers());
        engine.settle("fake");
        awaitWaiting(2);
        assertTrue(host.vms.keySet().stream().noneMatch(before::contains));
    }

    @Test
    void whatCannotBeMadeIsSaidAndNotTriedAgainAtOnce() throws Exception {
        templates.create(spec());
        backend().refusal = new HyprException(ErrorCode.UNSUPPORTED, "Nothing waits here.");
        templates.pool(1, List.of());
        await(() -> !template().poolFailure.isEmpty());
        assertEquals("Nothing waits here.", template().poolFailure);
        int tried = backend().plans.size();
        backend().refusal = null;
        started(spec("sleep"));
        awaitWaiting(1);
        await(() -> template().poolFailure.isEmpty()); // It is forgotten a moment after the microVM waits.
        assertEquals(tried + 2, backend().plans.size(), "a start, and then one that waits");
    }

    @Test
    void linksThatTheirGuestsHaveGivenUpAreOpenedAgain() throws Exception {
        backend().givenUp.set(2);
        templates.create(spec());
        assertEquals(0, backend().givenUp.getAndSet(1));
        ContainerInfo c = started(spec("echo", "hello"));
        assertEquals(0, backend().givenUp.get());
        assertEquals("It started from a template of its image.", c.templateReason);
        assertEquals(0, containers.await(c.id, Until.NOT_RUNNING));
        engine.close();
        assertEquals(List.of(), List.copyOf(host.vms.keySet()));
    }

    @Test
    void aTemplateThatIsBadGoes() throws Exception {
        templates.create(spec());
        backend().refusal = new HyprException(ErrorCode.CORRUPT, "It is bad.");
        templates.pool(1, List.of());
        await(() -> templates.list().stream().allMatch(t -> t.image.isEmpty()));
        backend().refusal = null;
        assertEquals(List.of(), noted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool.note", "pool.note.done", "pool.disk.done", "pool.tap.done", "pool.restore", "pool.restore.done"})
    void theNextEngineClearsAwayWhatWasBeingMade(String point) throws Exception {
        templates.create(spec());
        engine.close();
        CountDownLatch reached = new CountDownLatch(1);
        openPool(p -> {
            if (p.equals(point)) {
                reached.countDown();
                throw new Ended();
            }
        });
        templates.pool(1, List.of());
        reached.await();
        kill();
        openPool(p -> { });
        engine.settle("fake");
        Fakes.sweep(engine);
        awaitWaiting(1);
        assertEquals(1, noted().size());
        assertEquals(1, host.vms.size());
        assertEquals(1, host.taps.size());
        assertEquals(1, names("home/containers").size());
        assertEquals(1, names("run").size());
    }

    /** Nothing of the engine can be undone any more, as if its process were gone. */
    private void kill() {
        backend().refusal = new HyprException(ErrorCode.UNAVAILABLE, "The engine is dead.");
        engine.close();
    }

    @Test
    void theNextEngineClearsAwayWhatWaited() throws Exception {
        fill(3);
        ContainerInfo claimed = containers.create(spec("exit", "4"));
        List<String> before = new ArrayList<>(host.vms.keySet());
        kill();
        assertEquals(before, List.copyOf(host.vms.keySet()));
        openPool(p -> { });
        containers.start(claimed.id); // Before anybody has cleared away.
        assertEquals("It started from a template of its image.", containers.inspect(claimed.id).templateReason);
        engine.settle("fake");
        Fakes.sweep(engine);
        assertEquals(4, containers.await(claimed.id, Until.NOT_RUNNING));
        awaitWaiting(3);
        assertEquals(3, noted().size());
        assertEquals(3, host.vms.size());
        assertEquals(3, host.taps.size());
        containers.remove(claimed.id, false);
        engine.close();
        assertNoPoolLeft();
        assertEquals(List.of(), names("home/containers"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.network", "start.network.done", "start.launch", "pool.resume.done", "start.launch.done",
        "start.hello.done", "start.run.done"})
    void aStartThatFailsOrIsInterruptedLeavesNothing(String point) throws Exception {
        engine.close();
        for (boolean killed : new boolean[] {false, true}) {
            boolean[] armed = {true};
            openPool(p -> {
                if (armed[0] && p.equals(point)) {
                    if (killed) {
                        throw new Ended();
                    }
                    throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
                }
            });
            fill(1);
            String id = containers.create(spec("exit", "4")).id;
            assertTrue(host.vms.containsKey(id));
            if (killed) {
                assertThrows(Ended.class, () -> containers.start(id));
                kill();
                armed[0] = false;
                openPool(p -> { });
                engine.awaitReconciled();
                engine.settle("fake");
            } else if (point.equals("pool.resume.done")) {
                containers.start(id); // By another way.
                assertEquals(4, containers.await(id, Until.NOT_RUNNING));
            } else {
                assertThrows(HyprException.class, () -> containers.start(id));
            }
            await(() -> !host.vms.containsKey(id));
            awaitWaiting(1);
            Fakes.sweep(engine);
            assertEquals(1, host.launches.size());
            assertEquals(1, host.vms.size());
            assertEquals(1, host.taps.size());
            assertEquals(1, noted().size());
            assertEquals(1, names("run").size());
            armed[0] = false;
            containers.start(id);
            assertEquals(4, containers.await(id, Until.NOT_RUNNING));
            containers.remove(id, false);
            engine.close();
            assertNoPoolLeft();
        }
        openPool(p -> { });
    }
}
