package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;

/** Records: those that cannot be read, and those that released versions wrote. */
abstract class RecordContract extends Part {

    RecordContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void recordsThatCannotBeReadAreRefused() throws Exception {
        DriverRecord record = launch(fixture().plan()).record();
        VmmBackend backend = backend();
        DriverRecord newer = new DriverRecord(record.owner(), record.id(), 1_000_000, record.json());
        assertEquals(ErrorCode.UNSUPPORTED, assertThrows(HyprException.class, () -> backend.attach(newer)).code());
        DriverRecord damaged = new DriverRecord(record.owner(), record.id(), record.format(), "{\"");
        assertEquals(ErrorCode.CORRUPT, assertThrows(HyprException.class, () -> backend.attach(damaged)).code());
    }

    /** What released versions wrote lies in users' databases: it can be attached, which finds that it has ended, and discarded, which finds nothing to do. */
    @Test
    void recordsOfAllFormatsThatThereWereCanBeRead() throws Exception {
        int newest = launch(fixture().plan()).record().format();
        VmmBackend backend = backend();
        for (int format = 1; format <= newest; format++) {
            Path file = contract().records().resolve("format-" + format + ".json");
            assertTrue(Files.exists(file), "the record of a released version is missing: " + file.toAbsolutePath());
            DriverRecord released = new DriverRecord(name(), "0".repeat(64), format, Files.readString(file).strip());
            assertEquals(VmState.ENDED, contract().keep(backend.attach(released)).state());
            backend.discard(released);
        }
    }
}
