#!/bin/bash
# compile.sh SOURCE.tar.xz WORK: unpacks, patches, configures and compiles the kernel in WORK; the result is WORK/out.
# Called by build.sh, which holds the lock and made WORK. Same inputs, same bytes out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
archive=$1 work=$2
src=$work/src obj=$work/obj out=$work/out log=$work/log
expected=2150   # objects of this configuration, for the progress line only

export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' KBUILD_BUILD_USER=hypr KBUILD_BUILD_HOST=hypr
export KBUILD_BUILD_VERSION=1 LC_ALL=C TZ=UTC
unset MAKEFLAGS CFLAGS LDFLAGS KCFLAGS ARCH CROSS_COMPILE

say() { echo "kernel: $*" >&2; }
die() { say "$*"; exit 1; }
kmake() { make -C "$src" O="$obj" ARCH=x86_64 CC="$cc" "$@"; }
# A compiler cache is used where there is one; it changes no byte of the result.
export CCACHE_BASEDIR=$work
cc=gcc; if command -v ccache >/dev/null; then cc="ccache gcc"; fi

[ -r "$archive" ] || die "The kernel's source $archive cannot be read: reinstall its linux-source package."
mkdir -p "$src" "$obj" "$out"
say "unpacking the source"
tar -xf "$archive" -C "$src" --strip-components=1 || die "The source $archive cannot be unpacked: is the disk full, or the package damaged?"
for p in "$here"/patches/*.patch; do
    patch -d "$src" -p1 -s -F0 --no-backup-if-mismatch < "$p" || die "The patch $(basename "$p") does not fit this source."
done

say "configuring"
kmake tinyconfig >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "The starting configuration cannot be made."; }
( cd "$obj" && "$src/scripts/kconfig/merge_config.sh" -m -O "$obj" .config "$here"/config/*.config ) >>"$log" 2>&1
kmake olddefconfig >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "The configuration cannot be completed."; }
"$here/verify-config.sh" "$obj/.config" "$here"/config/*.config

# The compiler's lines are counted, not shown: one line that moves on a terminal, a line at each quarter elsewhere.
progress() {
    local n=0 shown=0 percent
    while read -r verb _; do
        case $verb in CC|AS) ;; *) continue ;; esac
        n=$((n + 1)); percent=$((n * 100 / expected)); [ $percent -lt 100 ] || percent=99
        if [ -t 2 ]; then printf '\rkernel: compiling, %d of about %d objects (%d %%) ' $n $expected $percent >&2
        elif [ $((percent / 25)) -gt $shown ]; then shown=$((percent / 25)); say "compiling, $percent %"; fi
    done
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}
say "compiling with $(nproc) processors"
status=0
nice -n 5 make -C "$src" O="$obj" ARCH=x86_64 CC="$cc" -j"$(nproc)" vmlinux bzImage 2>&1 | tee -a "$log" | progress || status=$?
[ $status = 0 ] || { grep -nE 'error|Error|No space' "$log" | head -n 10 >&2; tail -n 5 "$log" >&2; die "The kernel does not compile (log above)."; }

strip -s -o "$out/vmlinux" "$obj/vmlinux"
readelf -n "$out/vmlinux" | grep -q 'Xen' || die "vmlinux has no PVH note: CONFIG_PVH took no effect."
cp "$obj/arch/x86/boot/bzImage" "$out/bzImage"
cp "$obj/.config" "$out/config"
cp "$obj/System.map" "$out/System.map"
