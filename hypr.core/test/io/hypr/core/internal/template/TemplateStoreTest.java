package io.hypr.core.internal.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.DriverRecord;
import io.hypr.vmm.VmPlan;

class TemplateStoreTest {

    private static final String ID = "0123456789ab".repeat(5) + "cdef";

    @TempDir
    Path directory;
    private TemplateStore store;

    @BeforeEach
    void open() throws IOException {
        store = new TemplateStore(directory.resolve("templates"));
        store.open();
    }

    private static VmPlan plan() {
        Path nowhere = Path.of("/nowhere");
        return new VmPlan("1".repeat(64), 2, 2, 256L << 20, 256L << 20, new VmPlan.Boot(nowhere, nowhere, nowhere, List.of("loglevel=7")),
            List.of(new VmPlan.Disk(nowhere, true), new VmPlan.Disk(nowhere, false)),
            List.of(new VmPlan.Nic("tap", "02:42:ac:11:00:02", 1400)), List.of(), List.of(), nowhere, nowhere,
            new VmPlan.Jail(1, 1, "a"), Set.of(), Map.of("cpu", "max"));
    }

    private TemplateRecord made() throws IOException {
        TemplateRecord record = TemplateRecord.of(ID, "fake", "a shape", plan(), null);
        Files.createDirectory(store.begin(record).resolve("vm"));
        record.created = Instant.now();
        store.publish(record);
        return record;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("templates"))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsBeingMadeCannotBeFound() throws IOException {
        TemplateRecord record = TemplateRecord.of(ID, "fake", "a shape", plan(), null);
        store.begin(record);
        assertNull(store.find(ID));
        TemplateStore next = new TemplateStore(directory.resolve("templates"));
        next.open();
        assertNull(next.find(ID), "nor by the next engine");
    }

    @Test
    void whatAnEngineLeftHalfMadeIsKnownWithItsMicroVm() throws IOException {
        TemplateRecord record = TemplateRecord.of(ID, "fake", "a shape", plan(), null);
        store.begin(record);
        record.vm = new DriverRecord("fake", ID, 1, "{}");
        store.note(record);
        TemplateStore next = new TemplateStore(directory.resolve("templates"));
        next.open();
        List<TemplateRecord> left = next.leftovers();
        assertEquals(1, left.size());
        assertEquals(record.vm, left.getFirst().vm);
        next.abandon(left.getFirst());
        assertEquals(List.of(), names());
    }

    @Test
    void aTemplateOutlivesTheEngineAndKnowsItsPlan() throws IOException {
        made();
        TemplateStore next = new TemplateStore(directory.resolve("templates"));
        next.open();
        TemplateRecord found = next.find(ID);
        assertTrue(Files.isDirectory(next.saved(ID)));
        Path nowhere = Path.of("/nowhere");
        VmPlan again = found.plan(plan().boot(), List.of(nowhere, nowhere), nowhere, nowhere, plan().jail());
        assertEquals(plan().processors(), again.processors());
        assertEquals(plan().memory(), again.memory());
        assertEquals(plan().disks(), again.disks());
        assertEquals(plan().boot(), again.boot());
        assertEquals(plan().options(), again.options());
        assertEquals(1400, again.nics().getFirst().mtu());
        assertEquals("", again.nics().getFirst().tap(), "its interface leads nowhere");
        assertEquals(Set.of("snapshots"), again.facets());
    }

    @Test
    void whatCannotBeReadIsNoTemplate() throws IOException {
        made();
        Files.writeString(store.directory(ID).resolve("template.json"), "{");
        TemplateStore next = new TemplateStore(directory.resolve("templates"));
        next.open();
        assertNull(next.find(ID));
        assertEquals(List.of(), names());
    }

    @Test
    void aRemovedTemplateIsGone() throws IOException {
        made();
        store.remove(ID);
        assertNull(store.find(ID));
        assertEquals(List.of(), names());
    }

    @Test
    void useIsNoted() throws IOException {
        made();
        Instant before = store.used(ID);
        Files.setLastModifiedTime(store.directory(ID).resolve("template.json"), java.nio.file.attribute.FileTime.from(before.minusSeconds(100)));
        store.use(ID);
        assertFalse(store.used(ID).isBefore(before));
    }
}
