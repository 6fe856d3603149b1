#!/bin/bash
# Makes what modules for the guest kernel are compiled against, once, and prints its directory.
#
#   kernel/devel.sh                                  makes it unless it is there
#   make -C "$(kernel/devel.sh)" M="$PWD" modules    compiles the module of this directory
#
# It holds headers, configuration, the build's own programs and Module.symvers, 64 MB. A module fits the kernel whose hash is in the directory's
# name (kernel/build.sh --path) and no other.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
say() { echo "kernel: $*" >&2; }
die() { say "$*"; exit 1; }

case ${1:-} in '') ;; -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit ;; *) die "Unknown argument '$1': kernel/devel.sh has none." ;; esac
kernel=$("$here/build.sh")
dir=$kernel-devel
[ ! -f "$dir/Module.symvers" ] || { echo "$dir"; exit; }
read -r package rest <"$kernel/version"
archive=/usr/src/$package.tar.xz
[ -r "$archive" ] || die "The source $archive of the kernel is not here: install the package $package ($rest)."

work=$(mktemp -d "${kernel%/*}/.devel.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
src=$work/src obj=$work/obj log=$work/log
kmake() { make -s -C "$src" O="$obj" ARCH=x86_64 "$@" >>"$log" 2>&1 || { tail -n 10 "$log" >&2; die "The kernel's build cannot make it (log above)."; }; }
mkdir "$src" "$obj"
say "unpacking the source"
tar -xf "$archive" -C "$src" --strip-components=1
for p in "$here"/patches/*.patch; do patch -d "$src" -p1 -s -F0 --no-backup-if-mismatch <"$p"; done
say "preparing to compile modules"
cp "$kernel/config" "$obj/.config"
kmake olddefconfig
cmp -s "$kernel/config" "$obj/.config" || die "This compiler makes another configuration of it than the kernel's: build the kernel again with it."
kmake modules_prepare
# What the kernel exports stands in its System.map: names without checksums are enough, since it is configured without CONFIG_MODVERSIONS.
awk '$3 == "__start___ksymtab_gpl" { gpl = $1 } $3 ~ /^__ksymtab_/ { at[substr($3, 11)] = $1 }
    END { for (name in at) printf "0x00000000\t%s\tvmlinux\t%s\t\n", name, (at[name] >= gpl ? "EXPORT_SYMBOL_GPL" : "EXPORT_SYMBOL") }' \
    "$kernel/System.map" | sort >"$obj/Module.symvers"
kmake run-command KBUILD_RUN_COMMAND="+\$(srctree)/scripts/package/install-extmod-build $work/out"
rm -rf "$dir"
mv "$work/out" "$dir"
say "ready: $(du -sm "$dir" | cut -f1) MB for Linux $(cat "$dir/include/config/kernel.release")"
echo "$dir"
