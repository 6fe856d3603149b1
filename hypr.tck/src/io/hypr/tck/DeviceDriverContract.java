package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.hypr.device.DeviceDriver;
import io.hypr.device.DeviceDriver.Claim;
import io.hypr.device.DeviceDriver.Device;
import io.hypr.device.DeviceDriver.Lent;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What every {@link DeviceDriver} must do. A driver's test extends it and names a device that nobody needs, on the host or on a make-believe one.
 *
 * <pre>
 * class VfioDriverTest extends DeviceDriverContract {
 *     protected DeviceDriver driver() { return new VfioDriver(...); }
 *     protected String device() { return "pci:0000:01:00.0"; }
 *     protected String noDevice() { return "pci:0000:7f:1f.7"; }
 *     protected List&lt;String&gt; host() { return ...; }
 * }
 * </pre>
 */
public abstract class DeviceDriverContract {

    private static final int USER = 65_534;
    private static final String ONE = "1".repeat(64);
    private static final String OTHER = "2".repeat(64);

    private final List<DriverRecord> intents = new ArrayList<>();

    /**
     * Makes an instance, as a bundle that has just been started does.
     *
     * @return a new instance that shares nothing with earlier ones but what is on the host
     * @throws Exception if it cannot be made
     */
    protected abstract DeviceDriver driver() throws Exception;

    /** @return the value of the service property {@code hypr.name} */
    protected abstract String name();

    /** @return the value of the service property {@code hypr.device.scheme} */
    protected abstract String scheme();

    /** @return the full address of a device that can be lent and that a driver of the host has */
    protected abstract String device();

    /** @return a well-formed address at which there is no device */
    protected abstract String noDevice();

    /**
     * Shows the host as far as claims may change it.
     *
     * @return a line for each fact, such as which driver has which device
     * @throws Exception if it cannot be found out
     */
    protected abstract List<String> host() throws Exception;

    @AfterEach
    void giveBack() throws Exception {
        for (DriverRecord intent : intents) {
            driver().release(intent);
        }
    }

    private static Claim claim(String container, String... addresses) {
        return new Claim(container, List.of(addresses), USER, false);
    }

    private DriverRecord claim() throws Exception {
        return driver().claim(claim(ONE, device()), List.of(), intents::add);
    }

    private HyprException refused(Claim claim, List<DriverRecord> standing, ErrorCode code) throws Exception {
        DeviceDriver driver = driver();
        List<String> before = host();
        int known = intents.size();
        HyprException e = assertThrows(HyprException.class, () -> driver.claim(claim, standing, intents::add));
        assertEquals(code, e.code(), e.getMessage());
        assertEquals(before, host(), "a refused claim changes nothing");
        assertEquals(known, intents.size(), "a refused claim leaves no record");
        return e;
    }

    // Looking

    @Test
    void theHostCanLendDevicesAndIsNotChangedByAsking() throws Exception {
        List<String> before = host();
        assertEquals(Availability.available(), driver().probe());
        driver().scan();
        assertEquals(before, host());
    }

    @Test
    void everyDeviceIsFoundOnceByItsFullAddress() throws Exception {
        List<String> addresses = driver().scan().stream().map(Device::address).toList();
        assertTrue(addresses.contains(device()), () -> addresses + " has " + device());
        assertFalse(addresses.contains(noDevice()));
        assertEquals(addresses.stream().distinct().toList(), addresses);
        assertTrue(addresses.stream().allMatch(a -> a.startsWith(scheme() + ":")), addresses::toString);
        assertEquals(addresses, driver().scan().stream().map(Device::address).toList(), "the order is always the same");
    }

    @Test
    void aDeviceSaysWhoHasItAndThatItCanBeLent() throws Exception {
        Device found = found();
        assertFalse(found.name().isBlank());
        assertFalse(found.kind().isBlank());
        assertFalse(found.driver().isEmpty(), "a driver of the host has it");
        assertEquals(Availability.available(), found.lendable());
    }

    private Device found() throws Exception {
        return driver().scan().stream().filter(d -> d.address().equals(device())).findFirst().orElseThrow();
    }

    // Claiming

    @Test
    void aClaimTakesTheDeviceAwayFromTheHostsDriver() throws Exception {
        String before = found().driver();
        DriverRecord record = claim();
        assertNotEquals(before, found().driver());
        assertEquals(name(), record.owner());
        assertEquals(ONE, record.id());
        assertEquals(List.of(record), intents, "the intent is the record");
    }

    @Test
    void theRecordComesBeforeAnythingIsChanged() throws Exception {
        List<String> before = host();
        List<String> then = new ArrayList<>();
        driver().claim(claim(ONE, device()), List.of(), record -> {
            intents.add(record);
            then.addAll(uncheckedHost());
        });
        assertEquals(before, then);
    }

    private List<String> uncheckedHost() {
        try {
            return host();
        } catch (Exception e) {
            throw new IllegalStateException("The host cannot be looked at", e);
        }
    }

    @Test
    void aRecordThatCannotBeKeptStopsTheClaim() throws Exception {
        List<String> before = host();
        DeviceDriver driver = driver();
        assertThrows(IllegalStateException.class, () -> driver.claim(claim(ONE, device()), List.of(), record -> {
            throw new IllegalStateException("The disk is full");
        }));
        assertEquals(before, host());
    }

    @Test
    void theDevicesForTheMicroVmBeginWithTheOneThatWasAskedFor() throws Exception {
        List<Lent> lent = driver().describe(claim());
        assertEquals(device(), scheme() + ":" + lent.getFirst().address());
        assertFalse(lent.getFirst().kind().isBlank());
        assertEquals(lent.stream().distinct().toList(), lent);
    }

    @Test
    void aDeviceNamedTwiceIsClaimedOnce() throws Exception {
        DriverRecord once = claim();
        driver().release(once);
        DriverRecord twice = driver().claim(claim(ONE, device(), device()), List.of(), intents::add);
        assertEquals(driver().describe(once), driver().describe(twice));
    }

    @Test
    void whatIsNotThereIsRefusedByName() throws Exception {
        String address = noDevice().substring(scheme().length() + 1);
        assertTrue(refused(claim(ONE, noDevice()), List.of(), ErrorCode.NOT_FOUND).getMessage().contains(address));
    }

    @Test
    void oneMissingDeviceStopsTheWholeClaim() throws Exception {
        refused(claim(ONE, device(), noDevice()), List.of(), ErrorCode.NOT_FOUND);
    }

    @Test
    void whatIsNoAddressIsRefusedWithAnExample() throws Exception {
        HyprException e = refused(claim(ONE, scheme() + ":no such address"), List.of(), ErrorCode.INVALID);
        assertTrue(e.getMessage().contains("no such address"), e.getMessage());
        assertTrue(e.remedy().orElse("").contains(scheme() + ":"), () -> "remedy: " + e.remedy());
    }

    @Test
    void aDeviceOfAnotherContainerIsRefused() throws Exception {
        DriverRecord standing = claim();
        HyprException e = refused(claim(OTHER, device()), List.of(standing), ErrorCode.IN_USE);
        assertTrue(e.getMessage().contains(ONE.substring(0, 12)), e.getMessage());
    }

    @Test
    void aClaimThatStandsCanBeRepeated() throws Exception {
        DriverRecord first = claim();
        List<String> claimed = host();
        DriverRecord again = driver().claim(claim(ONE, device()), List.of(first), intents::add);
        assertEquals(claimed, host());
        assertEquals(driver().describe(first), driver().describe(again));
    }

    // Giving back

    @Test
    void afterReleaseTheHostIsAsBefore() throws Exception {
        List<String> before = host();
        DriverRecord record = claim();
        assertNotEquals(before, host());
        driver().release(record);
        assertEquals(before, host());
        driver().release(record);
        assertEquals(before, host(), "twice is fine");
    }

    @Test
    void aClaimAfterARepeatedOneIsGivenBackToTheFirstDriver() throws Exception {
        List<String> before = host();
        DriverRecord first = claim();
        DriverRecord again = driver().claim(claim(ONE, device()), List.of(first), intents::add);
        driver().release(again);
        assertEquals(before, host());
    }

    @Test
    void releaseOfAClaimThatNeverBeganChangesNothing() throws Exception {
        List<String> before = host();
        DeviceDriver driver = driver();
        assertThrows(IllegalStateException.class, () -> driver.claim(claim(ONE, device()), List.of(), record -> {
            intents.add(record);
            throw new IllegalStateException("The engine was killed");
        }));
        driver().release(intents.getFirst());
        assertEquals(before, host());
    }

    @Test
    void anotherContainerGetsItAfterwards() throws Exception {
        driver().release(claim());
        DriverRecord other = driver().claim(claim(OTHER, device()), List.of(), intents::add);
        assertEquals(OTHER, other.id());
    }

    @Test
    void recordsThatCannotBeReadAreRefused() throws Exception {
        DriverRecord record = claim();
        DeviceDriver driver = driver();
        DriverRecord newer = new DriverRecord(record.owner(), record.id(), 1_000_000, record.json());
        DriverRecord damaged = new DriverRecord(record.owner(), record.id(), record.format(), "{\"");
        for (DriverRecord wrong : List.of(newer, damaged)) {
            ErrorCode code = wrong == newer ? ErrorCode.UNSUPPORTED : ErrorCode.CORRUPT;
            assertEquals(code, assertThrows(HyprException.class, () -> driver.release(wrong)).code());
            assertEquals(code, assertThrows(HyprException.class, () -> driver.describe(wrong)).code());
        }
    }
}
