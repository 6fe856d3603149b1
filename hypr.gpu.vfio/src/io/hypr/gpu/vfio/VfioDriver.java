package io.hypr.gpu.vfio;

import java.util.List;
import java.util.function.Consumer;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.device.DeviceDriver;
import io.hypr.gpu.vfio.internal.HostTree;
import io.hypr.gpu.vfio.internal.PassThrough;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;

/** Lends PCI devices to microVMs by VFIO: whole IOMMU groups, taken from the host's drivers and given back to them. Has no configuration. */
@Component(service = DeviceDriver.class, property = {DeviceDriver.NAME + "=vfio", DeviceDriver.SCHEME + "=pci"})
public final class VfioDriver implements DeviceDriver {

    private final PassThrough devices;

    /** @param log where warnings go */
    @Activate
    public VfioDriver(@Reference(service = LoggerFactory.class) Logger log) {
        this(new HostTree(), warning -> log.warn("{}", warning));
    }

    VfioDriver(HostTree host, Consumer<String> warnings) {
        devices = new PassThrough(host, warnings);
    }

    @Override
    public Availability probe() {
        return devices.probe();
    }

    @Override
    public List<Device> scan() {
        return devices.scan();
    }

    @Override
    public DriverRecord claim(Claim claim, List<DriverRecord> standing, Consumer<? super DriverRecord> intent) {
        return devices.claim(claim, standing, intent);
    }

    @Override
    public List<Lent> describe(DriverRecord record) {
        return devices.describe(record);
    }

    @Override
    public void release(DriverRecord record) {
        devices.release(record);
    }
}
