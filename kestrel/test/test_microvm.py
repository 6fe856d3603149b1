"""Kestrel in a real microVM under emulation."""
import os
import shutil
import subprocess
import time

import guest
from common import DIRECTORY, Skip, equal, image
from guest import Machine


INTERFACE = dict(mac=bytes.fromhex("021122334455"), name="net7", mtu=1400, ipv4=[dict(address=bytes([10, 0, 2, 15]), prefix=24)],
                 gateway4=bytes([10, 0, 2, 2]), ipv6=[dict(address=bytes.fromhex("fd00000000000000000000000000000a"), prefix=64)],
                 gateway6=bytes.fromhex("fd000000000000000000000000000001"))


def machine(upper, options=()):
    if not shutil.which("qemu-system-x86_64"):
        raise Skip("qemu-system-x86_64 is not installed")
    if not guest.kernel():
        raise Skip("the guest kernel is not built (kernel/build.sh)")
    for tool in ("mksquashfs", "busybox", "mkfs.ext4"):
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")
    if not os.path.exists(upper):
        subprocess.run(["truncate", "-s", "64M", upper], check=True)
        subprocess.run(["mkfs.ext4", "-q", upper], check=True)
    return Machine(guest.kernel(), image(), upper, options)


def set_up(host, **more):
    equal(host.setup(upper="/dev/vdb", upper_type="ext4", upper_options="", clock=time.time_ns(), entropy=os.urandom(64),
                     interfaces=[INTERFACE], hosts=b"127.0.0.1 localhost\n", **more)["errno"], 0)


def test_microvm_from_boot_to_power_off():
    upper = os.path.join(DIRECTORY, "upper")
    for round_ in range(2):
        with machine(upper) as vm:
            host = vm.host
            set_up(host)
            host.first(1, "sh", "-c", "cat /kept 2>/dev/null; echo hello | tee -a /kept; ip -o addr show dev net7; ip route; date +%s; sleep 1; exit 6")
            equal(host.run(2, "echo", "exec")["errno"], 0)
            host.exit_of(2, 60)
            equal(host.output_of(2), b"exec\n")
            vm.connect()
            equal(host.exit_of(1, 60)["value"], 6)
            out = host.output_of(1).decode()
            equal(out.count("hello"), round_ + 1)
            for part in ("10.0.2.15/24", "fd00::a/64", "default via 10.0.2.2 dev net7"):
                assert part in out, out
            assert abs(int(out.strip().split("\n")[-1]) - time.time()) < 60, out
            equal(host.ask("SHUTDOWN", action=0, grace=1000)["errno"], 0)
            host.acknowledge = True
            ended(vm)
    equal(subprocess.run(["e2fsck", "-fn", upper], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode, 0)


def test_a_setup_in_two_parts():
    with machine(os.path.join(DIRECTORY, "upper2")) as vm:
        host = vm.host
        disks = dict(upper="/dev/vdb", upper_type="ext4", upper_options="")
        equal(host.setup(root="", hostname="early")["errno"], 114)  # There is no root yet.
        equal(host.setup(hostname="", hosts=b"\n", resolv_conf=b"\n", **disks)["errno"], 0)
        equal(host.setup(hostname="late", **disks)["errno"], 114)  # There is one.
        first = host.welcome["boot"]
        vm.connect()
        host.until(lambda: host.welcome, "WELCOME")
        assert host.welcome["boot"] != first, "whoever speaks to it between the parts, perhaps in another machine, finds the same boot id"
        second = host.welcome["boot"]
        equal(host.setup(root="", hostname="late", hosts=b"10.0.0.1 late\n", resolv_conf=b"nameserver 10.0.0.2\n", interfaces=[INTERFACE])["errno"], 0)
        equal(host.setup(root="", hostname="later")["errno"], 114)
        host.first(1, "sh", "-c", "hostname; "
                   "cat /etc/hostname /etc/hosts /etc/resolv.conf; ip -o -4 addr show dev net7; ls /dev/null; "
                   "echo >/etc/x; ls /sys/fs/cgroup | head -1")
        equal(host.exit_of(1, 60)["value"], 0)
        out = host.output_of(1).decode()
        assert out.startswith("late\nlate\n10.0.0.1 late\nnameserver 10.0.0.2\n"), out
        for part in ("10.0.2.15/24", "/dev/null", "cgroup.controllers"):
            assert part in out, out
        vm.connect()
        host.until(lambda: host.welcome, "WELCOME")
        equal(host.welcome["boot"], second)


def test_limits_of_the_containers_cgroup():
    with machine(os.path.join(DIRECTORY, "upper")) as vm:
        set_up(vm.host, limits=[dict(name="pids.max", value="20"), dict(name="cpu.max", value="150000 100000")])
        vm.host.first(1, "sh", "-c", "cd /sys/fs/cgroup; cat pids.max cpu.max memory.max cgroup.controllers; cat /proc/self/cgroup; "
                      "for i in $(seq 30); do sleep 1000 & done; echo never")
        done = vm.host.exit_of(1, 60)
        equal(vm.host.output_of(1), b"20\n150000 100000\nmax\ncpuset cpu io memory pids\n0::/\n")
        assert done["value"] != 0 and b"fork" in vm.host.output_of(1, 2), vm.host.output_of(1, 2)
        equal(vm.host.ask("UPDATE", limits=[dict(name="pids.max", value="max")])["errno"], 0)
        for name, value, errno in (("pids.max", "many", 22), ("nosuch.max", "1", 2)):
            result = vm.host.ask("UPDATE", limits=[dict(name=name, value=value)])
            equal((result["errno"], result["stage"], result["value"]), (errno, 8, name.encode()))


def ended(vm):
    try:
        vm.host.until(lambda: vm.process.poll() is not None, "the end of QEMU", 30)
    except (ConnectionError, OSError):
        pass
    equal(vm.process.wait(30), 0)


def test_interfaces_with_other_addresses_are_taken_in_order():
    options = ["-netdev", "user,id=more,restrict=on,net=10.0.3.0/24", "-device", "virtio-net-device,netdev=more,mac=02:11:22:33:44:66"]
    with machine(os.path.join(DIRECTORY, "upper"), options) as vm:
        first, second = (dict(INTERFACE, mac=bytes([2, 0xFE, 0, 0, 0, n]), name=f"eth{n}", mtu=1500, gateway6=bytes(16), gateway4=bytes(4),
                              ipv4=[dict(address=bytes([10, 0, subnet, 15]), prefix=24)], ipv6=[]) for n, subnet in ((1, 2), (0, 3)))
        by_address = dict(INTERFACE, mac=bytes.fromhex("021122334466"), name="eth0", ipv4=second["ipv4"], gateway4=bytes(4), ipv6=[],
                          gateway6=bytes(16))
        # The first device is the one that the machine always has, whose network is 10.0.2.0.
        equal(vm.host.setup(interfaces=[first, second], upper="/dev/vdb", upper_type="ext4", upper_options="")["errno"], 0)
        vm.host.first(1, "sh", "-c", "for i in eth1 eth0; do cat /sys/class/net/$i/address; done; ping -c 1 -W 5 10.0.2.2 >&2 && ping -c 1 -W 5 10.0.3.2 >&2")
        done = vm.host.exit_of(1, 60)
        equal((vm.host.output_of(1), done["value"]), (b"02:fe:00:00:00:01\n02:fe:00:00:00:00\n", 0))
    with machine(os.path.join(DIRECTORY, "upper")) as vm:
        result = vm.host.setup(interfaces=[INTERFACE, by_address], upper="/dev/vdb", upper_type="ext4", upper_options="")
        equal((result["errno"], result["stage"]), (19, 3))


def test_port_answers_each_of_many_hosts():
    with machine(os.path.join(DIRECTORY, "upper")) as vm:
        set_up(vm.host)
        vm.host.first(1, "sh", "-c", "i=0; while :; do echo $((i=i+1)); done", credit=1 << 30)
        for turn in range(150):
            for _ in range(turn % 7):
                vm.host.step(0.003)
            vm.connect()
            vm.host.until(lambda: vm.host.welcome, f"WELCOME of turn {turn}")
        seen = len(vm.host.output_of(1))
        vm.host.until(lambda: len(vm.host.output_of(1)) > seen, "more output")
        lines = vm.host.output_of(1).split(b"\n")[:-1]
        equal(lines, [b"%d" % i for i in range(1, len(lines) + 1)])


def test_microvm_reports_lack_of_memory():
    with machine(os.path.join(DIRECTORY, "upper")) as vm:
        # One buffer that is larger than the memory, which the kernel grants and cannot provide.
        set_up(vm.host, sysctls=[dict(name="vm.overcommit_memory", value="1")])
        vm.host.first(1, "dd", "if=/dev/zero", "of=/dev/null", "bs=1000M", "count=1")
        done = vm.host.exit_of(1, 120)
        equal((done["oom"], done["value"]), (1, 137) if done["how"] == 0 else (1, 9))


def test_boot_cost_in_guest_time():
    with machine(os.path.join(DIRECTORY, "upper"), ["-icount", "shift=0,sleep=off"]) as vm:
        up = vm.host.welcome["up"]
        print(f"   guest time at Kestrel's hello: {up / 1e6:.1f} ms")
        assert up < 1_000_000_000, up
