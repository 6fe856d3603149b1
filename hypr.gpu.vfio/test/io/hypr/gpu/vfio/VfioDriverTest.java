package io.hypr.gpu.vfio;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.device.DeviceDriver;
import io.hypr.gpu.vfio.internal.FakeHost;
import io.hypr.gpu.vfio.internal.Hosts;
import io.hypr.tck.DeviceDriverContract;

/** The contract, on a make-believe host. The lab runs it on a kernel. */
public class VfioDriverTest extends DeviceDriverContract {

    @TempDir
    Path root;
    private FakeHost host;

    @BeforeEach
    void prepare() {
        host = Hosts.workstation(root);
    }

    @Override
    protected DeviceDriver driver() {
        return new VfioDriver(host, warning -> { });
    }

    @Override
    protected String name() {
        return "vfio";
    }

    @Override
    protected String scheme() {
        return "pci";
    }

    @Override
    protected String device() {
        return "pci:0000:05:00.0";
    }

    @Override
    protected String noDevice() {
        return "pci:0000:7f:1f.7";
    }

    @Override
    protected List<String> host() {
        return host.facts();
    }
}
