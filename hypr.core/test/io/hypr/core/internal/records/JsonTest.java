package io.hypr.core.internal.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.MountPoint;
import io.hypr.engine.ContainerSpec;

class JsonTest {

    @Test
    void whatIsAsItAlwaysIsIsNotWritten() {
        assertEquals("{}", Json.write(new ContainerSpec()));
        assertEquals("{}", Json.write(new ContainerInfo()));
        assertEquals("{}", Json.write(new ContainerRecord()));
    }

    @Test
    void whatIsEmptiedStaysEmpty() {
        ContainerInfo info = new ContainerInfo();
        info.workingDir = "";
        info.error = null;
        info.spec = new ContainerSpec();
        info.spec.cpuSet = null;
        MountPoint readOnly = new MountPoint();
        readOnly.writable = false;
        info.mounts.add(readOnly);
        ContainerRecord record = new ContainerRecord();
        record.info = info;
        record.stopSignal = 0;
        record.freshVolumes = null;

        ContainerRecord read = Json.copy(record, ContainerRecord.class);
        assertEquals("", read.info.workingDir);
        assertNull(read.info.error);
        assertNull(read.info.spec.cpuSet);
        assertFalse(read.info.mounts.getFirst().writable);
        assertEquals(0, read.stopSignal);
        assertNull(read.freshVolumes);
    }

    @Test
    void recordsWithAllFieldsAndWithFieldsOfLaterReleasesAreRead() {
        ContainerRecord read = Json.read("{\"info\":{\"id\":\"a1\",\"workingDir\":\"/\",\"spec\":{\"cpuSet\":\"\",\"argv\":[],\"ofLater\":1}},"
            + "\"phase\":\"IDLE\",\"run\":0,\"vm\":null,\"plugs\":[],\"stopSignal\":15}", ContainerRecord.class);
        assertEquals("a1", read.info.id);
        assertEquals("", read.info.spec.cpuSet);
        assertEquals(List.of(), read.plugs);
        assertTrue(read.claims.isEmpty());
    }
}
