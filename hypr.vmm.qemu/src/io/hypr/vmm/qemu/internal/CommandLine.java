package io.hypr.vmm.qemu.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.ServingRoot;
import io.hypr.vmm.host.ShareServers;

/** The words that start QEMU for one plan, and what must be opened for it. The same input gives the same words. */
final class CommandLine {

    private static final long MIB = 1 << 20;
    private static final String RAM = "ram";
    /** MiB for translated code: a busy guest keeps within it, and each microVM pays only for what it uses. */
    private static final int TRANSLATION_BUFFER = 64;
    /** Of every QEMU: its libraries, modules and firmware. */
    private static final List<Path> HOST_FILES = List.of(Path.of("/lib"), Path.of("/lib64"), Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/usr/share"));

    /** Number of the first descriptor that is opened for QEMU. */
    private static final int FIRST_OPENED = 10;

    private final List<String> words = new ArrayList<>();
    private final List<String> openings = new ArrayList<>();
    private final VmPlan plan;
    private final Machine machine;
    private final Accelerator accelerator;
    private final Settings settings;
    private final Host.Traits host;
    private final GuestMemory memory;
    private int memoryDescriptor;
    private int stateDescriptor;
    private Map<String, String> environment = Map.of();

    private CommandLine(VmPlan plan, Machine machine, Accelerator accelerator, Settings settings, Host.Traits host, GuestMemory memory) {
        this.plan = plan;
        this.machine = machine;
        this.accelerator = accelerator;
        this.settings = settings;
        this.host = host;
        this.memory = memory;
    }

    /** @return program and arguments */
    List<String> words() {
        return List.copyOf(words);
    }

    /** @return options of hypr-start that open what QEMU's user may not */
    List<String> openings() {
        return List.copyOf(openings);
    }

    /** @return variables of QEMU's environment beside those that it inherits */
    Map<String, String> environment() {
        return environment;
    }

    /** @return QEMU's descriptor of the file with its memory; 0 = none */
    int memoryDescriptor() {
        return memoryDescriptor;
    }

    /** @return QEMU's descriptor of the state that it is to go on from; 0 = none */
    int stateDescriptor() {
        return stateDescriptor;
    }

    static CommandLine of(VmPlan plan, Machine machine, Accelerator accelerator, Settings settings, Host.Traits host, GuestMemory memory) {
        CommandLine line = new CommandLine(plan, machine, accelerator, settings, host, memory);
        line.add(host.binary().toString());
        line.machine();
        line.boot();
        line.library();
        line.confinement();
        line.channels();
        line.helpers();
        line.shares();
        for (int i = 0; i < plan.disks().size(); i++) {
            line.disk(i, plan.disks().get(i));
        }
        for (int i = 0; i < plan.nics().size(); i++) {
            line.nic(i, plan.nics().get(i));
        }
        for (int i = 0; i < plan.devices().size(); i++) {
            line.passThrough(i, plan.devices().get(i));
        }
        if (memory.isFile()) {
            line.memoryFile();
        } else if (line.handsMemoryOver()) {
            line.add("-object", "memory-backend-memfd,id=" + RAM + ",share=on,size=" + plan.memory() / MIB + "M");
        }
        return line;
    }

    /** @return whether QEMU serves the plan's shares, and not a process for each */
    boolean servesShares() {
        return !plan.shares().isEmpty() && settings.shares().equals(Settings.NINE_P);
    }

    /** A virtiofsd reads and writes the guest's memory. */
    private boolean handsMemoryOver() {
        return !plan.shares().isEmpty() && !servesShares();
    }

    /** @return what QEMU needs to find at its own path if it has a root directory of its own */
    List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(host.binary()));
        files.addAll(HOST_FILES);
        if (host.library() != null) {
            files.add(host.library());
        }
        return files;
    }

    /** @return devices that QEMU needs then */
    List<Path> devices() {
        return accelerator.isKvm() ? List.of(Path.of("/dev/kvm")) : List.of();
    }

    private void machine() {
        add("-name", "hypr-" + plan.id());
        add("-nodefaults");
        add("-no-user-config");
        add("-no-reboot");
        add("-display", "none");
        String backend = memory.isFile() || handsMemoryOver() ? ",memory-backend=" + RAM : "";
        if (machine == Machine.MICROVM) {
            // No option ROMs and no ACPI means qboot instead of SeaBIOS. A missing clock costs the kernel a wait of a second, so rtc stays.
            add("-machine", "microvm,acpi=off,x-option-roms=off,rtc=on,isa-serial=off,dump-guest-core=off" + backend);
            add("-global", "virtio-mmio.force-legacy=false");
        } else {
            add("-machine", "q35,usb=off,sata=off,smbus=off,vmport=off,hpet=off,dump-guest-core=off" + backend);
        }
        if (accelerator.isKvm()) {
            add("-accel", "kvm");
        } else {
            add("-accel", "tcg,thread=multi,tb-size=" + TRANSLATION_BUFFER);
        }
        add("-cpu", settings.cpu().equals(Settings.AUTO) ? accelerator.isKvm() ? "host" : "max,-la57,-erms,-smap" : settings.cpu());
        add("-smp", Integer.toString(plan.processors()));
        add("-m", plan.memory() / MIB + "M");
    }

    private void boot() {
        add("-kernel", "/proc/self/fd/" + open("--read", plan.boot().vmlinux()));
        add("-initrd", "/proc/self/fd/" + open("--read", plan.boot().initramfs()));
        add("-append", KernelArguments.of(machine, accelerator, host.tscKhz(), plan.boot().arguments()));
    }

    private void library() {
        if (host.library() != null) {
            // By the descriptor of a directory a QEMU that is root could go up from there.
            String directory = servesShares() ? host.library().toString() : "/proc/self/fd/" + open("--read", host.library());
            environment = QemuLibrary.environment(directory);
            if (!accelerator.isKvm()) {
                add("-plugin", QemuLibrary.plugin(directory));
            }
        }
    }

    private void confinement() {
        add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    }

    /** The console, two monitors (one that tells when QEMU has started, one that listens), and the link. */
    private void channels() {
        add("-chardev", "socket,id=started,server=off,path=" + Sockets.STARTED);
        add("-mon", "chardev=started,mode=control");
        add("-chardev", "socket,id=monitor,server=on,wait=off,path=" + Sockets.MONITOR);
        add("-mon", "chardev=monitor,mode=control");
        add("-chardev", "socket,id=link,server=on,wait=off,path=" + Sockets.LINK);
        add("-chardev", "stdio,id=console,signal=off");
        device("serial", "max_ports=2");
        add("-device", "virtconsole,chardev=console,nr=0");
        add("-device", "virtserialport,chardev=link,nr=1,name=io.hypr.link");
    }

    private void helpers() {
        add("-object", "rng-random,id=entropy,filename=/dev/urandom");
        device("rng", "rng=entropy");
        if (plan.devices().isEmpty()) { // What a device may write to at any time cannot be taken away.
            device("balloon", "id=balloon,free-page-reporting=on");
        }
    }

    private void disk(int index, VmPlan.Disk disk) {
        // Read-only files need no lock, and many microVMs share them. A writable one is locked: two machines on one disk destroy it.
        // cache=writeback: what the guest flushed is on the host's disk; what it only wrote survives QEMU, in the host's page cache.
        String common = disk.readOnly() ? ",read-only=on" : ",read-only=off,discard=unmap";
        add("-add-fd", "set=" + index + ",fd=" + open(disk.readOnly() ? "--read" : "--open", disk.file()));
        add("-blockdev", "driver=file,node-name=file" + index + ",aio=" + (host.ioUring() ? "io_uring" : "threads") + ",cache.direct=off,cache.no-flush=off"
                + ",locking=" + (disk.readOnly() ? "off" : "on") + common + ",filename=/dev/fdset/" + index);
        add("-blockdev", "driver=raw,node-name=disk" + index + common + ",file=file" + index);
        device("blk", "drive=disk" + index + (disk.readOnly() ? "" : ",discard=on,write-cache=on") + ",serial=disk" + index);
    }

    private void nic(int index, VmPlan.Nic nic) {
        String vhost = "";
        if (host.vhost()) {
            vhost = ",vhost=on,vhostfd=" + open("--open", "/dev/vhost-net");
        }
        add("-netdev", "tap,id=net" + index + ",fd=" + open("--tap", nic.tap()) + vhost);
        // Nobody hears of a microVM that goes on from a template. QEMU 7 that is told so, and may ask the guest, ends by a fault when the guest
        // resets the device.
        device("net", "netdev=net" + index + ",guest_announce=off,mac=" + value(nic.mac()) + ",host_mtu=" + nic.mtu()
                + (machine == Machine.Q35 ? ",romfile=" : ""));
    }

    /** QEMU saves a state without memory that is shared, and loads one without it: what it maps copy-on-write then is the file of the one that was saved. */
    private void memoryFile() {
        memoryDescriptor = open("--open", memory.file());
        add("-object", "memory-backend-file,id=" + RAM + ",size=" + plan.memory() / MIB + "M,share=" + (memory.isTemplate() ? "off" : "on")
                + ",mem-path=/proc/self/fd/" + memoryDescriptor);
        if (memory.isTemplate()) {
            stateDescriptor = open("--read", memory.state());
            add("-incoming", "defer");
            add("-global", "migration.announce-rounds=0");
        }
    }

    private void shares() {
        for (int i = 0; i < plan.shares().size(); i++) {
            if (servesShares()) {
                serve(i, plan.shares().get(i));
                continue;
            }
            add("-chardev", "socket,id=share" + i + ",path=" + ShareServers.socket(i));
            add("-device", "vhost-user-fs-" + machine.suffix() + ",chardev=share" + i + ",tag=" + value(plan.shares().get(i).tag()));
        }
    }

    /** remap: file systems below the directory have inode numbers of their own. */
    private void serve(int index, VmPlan.Share share) {
        add("-fsdev", "local,id=share" + index + ",path=" + ServingRoot.place(index) + ",security_model=passthrough,multidevs=remap"
            + (share.readOnly() ? ",readonly=on" : ""));
        device("9p", "fsdev=share" + index + ",mount_tag=" + value(share.tag()));
    }

    /** Each on a port of its own, as on a real machine, where PCI Express devices expect to be. */
    private void passThrough(int index, VmPlan.PassThrough device) {
        add("-device", "pcie-root-port,id=port" + index + ",chassis=" + (index + 1));
        add("-device", "vfio-pci,id=device" + index + ",host=" + device.address() + ",bus=port" + index);
    }

    /** QEMU's user need not be able to enter the directories that the file is in. */
    private int open(String option, Object what) {
        int descriptor = FIRST_OPENED + openings.size() / 2;
        openings.addAll(List.of(option, what + "=" + descriptor));
        return descriptor;
    }

    private void device(String what, String properties) {
        add("-device", machine.virtio(what) + "," + properties);
    }

    private void add(String... more) {
        words.addAll(List.of(more));
    }

    /** A value within an option: QEMU takes two commas for one. */
    private static String value(Object text) {
        return text.toString().replace(",", ",,");
    }
}
