#!/bin/bash
# Tests of the guest kernel: its configuration, the recipe's answers to bad input, and boots on each machine, by vmlinux (PVH)
# and by bzImage, with a program that uses what containers use (test/guest.c).
#
#   kernel/test.sh          emulated
#   kernel/test.sh kvm      by KVM, where /dev/kvm can run a guest
#
# The last line is "N passed, N failed, N skipped"; the exit status is 1 if anything failed.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
accel=${1:-tcg}
passed=0 failed=0 skipped=0
limit=120   # seconds for one boot; a good one takes 1 to 3

pass() { passed=$((passed + 1)); [ -z "${VERBOSE:-}" ] || echo "ok      $*"; }
fail() { failed=$((failed + 1)); echo "FAILED  $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped $*"; }
finish() { echo "$passed passed, $failed failed, $skipped skipped"; [ $failed = 0 ]; exit; }
give_up() { fail "$*"; finish; }

case $accel in tcg|kvm) ;; *) echo "kernel/test.sh: '$accel' is neither tcg nor kvm" >&2; exit 2 ;; esac

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# What the tests need besides the kernel
need=()
for p in qemu-system-x86 squashfs-tools e2fsprogs cpio gcc libc6-dev linux-libc-dev; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' $p 2>/dev/null)" = installed ] || need+=("$p")
done
if [ ${#need[@]} -gt 0 ]; then
    echo "kernel: installing ${need[*]}" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null; } ||
        give_up "the packages ${need[*]} could not be installed"
fi

# ---- build.sh: says where, builds once, refuses nonsense
dir=$("$here/build.sh") || give_up "kernel/build.sh built nothing"
if [ "$("$here/build.sh" --path)" = "$dir" ]; then pass "--path names what was built"; else fail "--path names another directory than $dir"; fi
for f in vmlinux bzImage config version; do if [ -s "$dir/$f" ]; then pass "$f is there"; else fail "$dir/$f is missing"; fi; done
before=$(stat -c %Y "$dir/vmlinux"); "$here/build.sh" >/dev/null
if [ "$(stat -c %Y "$dir/vmlinux")" = "$before" ]; then pass "a second build does nothing"; else fail "a second build made vmlinux anew"; fi
if "$here/build.sh" --frob 2>/dev/null; then fail "an unknown argument is accepted"; else pass "an unknown argument is refused"; fi
notes=$(readelf -n "$dir/vmlinux" 2>/dev/null)
if [[ $notes == *Xen* ]]; then pass "vmlinux has a PVH note"; else fail "vmlinux has no PVH note"; fi
if [[ $(readelf -S "$dir/vmlinux" 2>/dev/null) == *.symtab* ]]; then fail "vmlinux is not stripped"; else pass "vmlinux is stripped"; fi

# ---- the configuration: all asked for is there, and the check can fail
if "$here/verify-config.sh" "$dir/config" "$here"/config/*.config; then pass "configuration as asked for"; else fail "configuration is not as asked for"; fi
refused() { # WHAT WORD TEXT: a fragment with TEXT is refused with WORD in the message
    printf '%s\n' "$3" > "$work/bad.config"
    if message=$("$here/verify-config.sh" "$dir/config" "$work/bad.config" 2>&1); then fail "$1 is accepted"
    elif [[ $message == *"$2"* ]]; then pass "$1 is refused"
    else fail "$1 is refused without naming $2: $message"; fi
}
refused "a symbol that is missing" CONFIG_NO_SUCH 'CONFIG_NO_SUCH=y'
refused "a symbol of another value" CONFIG_NR_CPUS 'CONFIG_NR_CPUS=1'
refused "a symbol that should be off" CONFIG_OVERLAY_FS '# CONFIG_OVERLAY_FS is not set'
refused "a line that is no symbol" 'line 1' 'OVERLAY_FS=y'
refused "a symbol asked for twice" CONFIG_SMP "$(printf 'CONFIG_SMP=y\nCONFIG_SMP=y')"

# ---- boots
flags="-std=c11 -O2 -Wall -Wextra -Werror -pedantic"
mkdir -p "$work/root" "$work/lower"
gcc $flags -static -o "$work/root/init" "$here/test/guest.c" "$here/test/netlink.c" || give_up "test/guest.c does not compile"
gcc $flags -o "$work/tsc" "$here/test/tsc.c" || give_up "test/tsc.c does not compile"
mkdir "$work/root/dev" && mknod "$work/root/dev/console" c 5 1 || give_up "no device node can be made: run as root"
(cd "$work/root" && find . | cpio -o -H newc --quiet) > "$work/initramfs"
echo hello > "$work/lower/hello"
mksquashfs "$work/lower" "$work/lower.sqfs" -comp zstd -quiet -no-progress >/dev/null || give_up "mksquashfs failed"
tsc=$("$work/tsc")

if [ "$accel" = kvm ] && ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then skip "boots by KVM: /dev/kvm cannot be opened here"; finish; fi

boot() { # MACHINE IMAGE: boots it and counts the guest's checks
    local machine=$1 image=$2 name="$1 $accel $2" line options cpu device=virtio-blk-device net=virtio-net-device serial=virtio-serial-device
    line=$(sed -n "s/^| $machine-$accel | \`\(.*\)\` |\$/\1/p" "$here/cmdline.md")
    [ -n "$line" ] || { fail "$name: cmdline.md has no line for it"; return; }
    line=${line//TSC_KHZ/$tsc}
    line="console=hvc0 $line"   # quiet: the console is for the checks' lines
    case $machine in
    microvm) options=(-machine "microvm,acpi=off,rtc=on,isa-serial=off,accel=$accel") ;;
    q35) options=(-machine "q35,accel=$accel"); device=virtio-blk-pci net=virtio-net-pci serial=virtio-serial-pci; line="$line -- pci" ;;
    esac
    if [ "$accel" = kvm ]; then cpu=host; else cpu=max,-erms; fi
    rm -f "$work/upper.ext4" "$work/console"
    truncate -s 64M "$work/upper.ext4"
    mkfs.ext4 -q -F "$work/upper.ext4"
    timeout -k 5 $limit qemu-system-x86_64 "${options[@]}" -cpu $cpu -smp 2 -m 256 -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$dir/$image" -initrd "$work/initramfs" -append "$line" \
        -drive "file=$work/lower.sqfs,if=none,id=lower,format=raw,readonly=on" -device $device,drive=lower \
        -drive "file=$work/upper.ext4,if=none,id=upper,format=raw" -device $device,drive=upper \
        -device $serial -chardev "file,id=console,path=$work/console" -device virtconsole,chardev=console \
        </dev/null >"$work/qemu" 2>&1
    local status=$?
    tr -d '\r' <"$work/console" >"$work/lines" 2>/dev/null || : >"$work/lines"
    if [ $status = 0 ]; then pass "$name powers off"
    elif [ $status = 124 ]; then fail "$name did not end within $limit s"
    else fail "$name: QEMU exited with $status: $(tail -n 1 "$work/qemu")"; fi
    local count=0
    while read -r line; do
        case $line in
        "ok "*) count=$((count + 1)); pass "$name: ${line#ok }" ;;
        "not ok "*) count=$((count + 1)); fail "$name: ${line#not ok }" ;;
        esac
    done <"$work/lines"
    # The guest says how many checks it made: a line that was torn by a message of the kernel must not go unseen.
    if grep -qx "end $count" "$work/lines"; then pass "$name runs to its end with $count checks"
    else fail "$name stopped early or lost lines ($count read); its last lines:"; tail -n 8 "$work/lines"; fi
}
for machine in microvm q35; do for image in vmlinux bzImage; do boot $machine $image; done; done
finish
