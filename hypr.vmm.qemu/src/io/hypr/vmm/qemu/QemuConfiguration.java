package io.hypr.vmm.qemu;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Configuration of the QEMU backend, PID {@value QemuBackend#PID}. Keys that are not here are errors. A change concerns microVMs that are started later.
 */
@ComponentPropertyType
public @interface QemuConfiguration {

    /** @return name or path of QEMU */
    String binary() default "qemu-system-x86_64";

    /** @return {@code kvm}, {@code tcg} (software emulation), or {@code auto}: KVM where it has been seen to work */
    String accelerator() default "auto";

    /** @return {@code microvm}, {@code q35}, or {@code auto}: microvm unless the container needs PCI or more than eight virtio devices */
    String machine() default "auto";

    /** @return QEMU's name of the guest's processor with its features; {@code auto}: all that the accelerator can do */
    String cpu() default "auto";

    /**
     * @return who serves directories of the host: {@code hypr-virtiofsd}, {@code virtiofsd} (QEMU's own), {@code 9p} (QEMU itself), or {@code auto}: the
     * first that is there
     */
    String shares() default "auto";
}
