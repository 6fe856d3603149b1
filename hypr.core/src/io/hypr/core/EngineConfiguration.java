package io.hypr.core;

/** Configuration of the engine, PID {@value #PID}. A key that is not here is an error. */
public @interface EngineConfiguration {

    /** The PID. */
    String PID = "io.hypr.core";

    /** @return names of backends, the first choice first, those that are not named come last; empty = cloudhypervisor, krun, qemu, on macOS hvf, qemu */
    String[] backends() default {};

    /** @return processors of a container that asks for none */
    double cpus() default 1;

    /** @return memory of a container that asks for none */
    String memory() default "512m";

    /** @return size of the writable disk of a container that asks for none; it takes only the room that is used */
    String disk() default "10g";

    /** @return IPv4 subnets for networks that ask for none, in order; one that overlaps a route of the host is passed over */
    String[] subnets() default {"172.30.0.0/16", "172.31.0.0/16", "172.29.0.0/16", "172.28.0.0/16", "172.27.0.0/16", "172.26.0.0/16",
            "172.25.0.0/16", "172.24.0.0/16",
        "10.213.0.0/16", "10.214.0.0/16", "10.215.0.0/16", "10.216.0.0/16", "192.168.192.0/20", "192.168.208.0/20", "192.168.224.0/20"};

    /** @return name servers for containers on a host whose own name servers are all local to it */
    String[] nameservers() default {"8.8.8.8", "8.8.4.4"};

    /** @return numeric user of the first container's VMM; every container has one of its own, this and those that follow */
    int uid_first() default 700_000_000;

    /**
     * @return {@code auto}: microVMs start from templates, which are made beside the first ones; {@code off}: they boot, unless a container
     * asks for a template
     */
    String templates() default "auto";

    /** @return room on the disk for all templates together */
    String templates_size() default "1g";

    /** @return seconds that a microVM may take from its start to its agent's hello */
    int boot_seconds() default 60;

    /** @return the kernel as an ELF file; empty = the distribution's */
    String kernel_vmlinux() default "";

    /** @return the kernel as a bzImage; empty = the distribution's */
    String kernel_bzimage() default "";

    /** @return archive with the agent; empty = the distribution's */
    String kernel_initramfs() default "";
}
