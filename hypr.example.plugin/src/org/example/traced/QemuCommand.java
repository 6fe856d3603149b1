package org.example.traced;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.vmm.VmPlan;

/** The words that start QEMU's q35 by way of hypr-start, which opens its files, changes the user and keeps the log. */
final class QemuCommand {

    private static final Pattern BOGOMIPS = Pattern.compile("bogomips\\s*: (\\d+)\\.(\\d\\d)");

    private final List<String> start = new ArrayList<>();
    private final List<String> qemu = new ArrayList<>();
    private int descriptor = 10;

    private QemuCommand() {
    }

    static List<String> of(Path starter, Path program, Vm vm, VmPlan plan) throws IOException {
        QemuCommand c = new QemuCommand();
        c.start.addAll(List.of(starter.toString(), "--log", plan.log().toString(), "--log-max", "1048576", "--pid-file",
                vm.pidFile().toString(), "--chdir", vm.sockets().toString(),
            "--umask", "077", "--user", plan.jail().uid() + ":" + plan.jail().gid(), "--cgroup", plan.jail().cgroup(), "--cgroup-optional"));
        c.qemu.addAll(List.of(program.toString(), "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-machine", "q35,usb=off,sata=off,smbus=off,hpet=off", "-accel", "tcg,tb-size=64", "-cpu", "max,-la57", "-smp",
            Integer.toString(plan.processors()), "-m", (plan.memory() >> 20) + "M",
            "-kernel", c.open("--read", plan.boot().bzImage()), "-initrd", c.open("--read", plan.boot().initramfs()),
            "-append", arguments(plan),
            "-chardev", "socket,id=monitor,server=on,wait=off,path=monitor", "-mon", "chardev=monitor,mode=readline",
            "-chardev", "socket,id=link,server=on,wait=off,path=link", "-chardev", "stdio,id=console,signal=off",
            "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=console", "-device", "virtserialport,chardev=link,name=io.hypr.link",
            "-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng"));
        for (VmPlan.Disk disk : plan.disks()) {
            c.disk(disk);
        }
        for (VmPlan.Nic nic : plan.nics()) {
            int n = c.descriptor;
            c.add("-netdev", "tap,id=net" + n + ",fd=" + c.number("--tap", nic.tap()));
            c.add("-device", "virtio-net-pci,romfile=,netdev=net" + n + ",mac=" + nic.mac() + ",host_mtu=" + nic.mtu());
        }
        c.start.add("--");
        c.start.addAll(c.qemu);
        return c.start;
    }

    /** Clocks are not measured but told: under emulation the measurement fails now and then, and the guest hangs. */
    private static String arguments(VmPlan plan) throws IOException {
        List<String> words = new ArrayList<>(List.of("console=hvc0 quiet panic=-1 reboot=t no_timer_check tsc=reliable lapic_timer_khz=1000000"));
        Matcher speed = BOGOMIPS.matcher(Files.readString(Path.of("/proc/cpuinfo")));
        if (speed.find()) {
            words.add("tsc_early_khz=" + (Long.parseLong(speed.group(1)) * 100 + Long.parseLong(speed.group(2))) * 5);
        }
        words.addAll(plan.boot().arguments());
        return String.join(" ", words);
    }

    private void disk(VmPlan.Disk disk) {
        int n = descriptor;
        add("-add-fd", "set=" + n + ",fd=" + number(disk.readOnly() ? "--read" : "--open", disk.file().toString()));
        String mode = disk.readOnly() ? ",read-only=on,locking=off" : ",read-only=off,locking=on,discard=unmap";
        add("-blockdev", "driver=file,node-name=file" + n + mode + ",filename=/dev/fdset/" + n);
        add("-blockdev", "driver=raw,node-name=disk" + n + ",read-only=" + (disk.readOnly() ? "on" : "off") + ",file=file" + n);
        add("-device", "virtio-blk-pci,drive=disk" + n);
    }

    private String open(String how, Path file) {
        return "/proc/self/fd/" + number(how, file.toString());
    }

    private int number(String how, String what) {
        start.addAll(List.of(how, what + "=" + descriptor));
        return descriptor++;
    }

    private void add(String... words) {
        qemu.addAll(List.of(words));
    }
}
