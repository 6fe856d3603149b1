#!/bin/bash
# Builds the guest kernel once, and keeps it under the cache by the hash of all that goes into it.
#
#   kernel/build.sh          builds it unless it is there; prints its directory
#   kernel/build.sh --path   prints the directory and builds nothing
#
# The directory holds vmlinux (stripped ELF, starts by PVH), bzImage, config and version.
# HYPR_CACHE moves the cache (default: $XDG_CACHE_HOME/hypr, else ~/.cache/hypr).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HYPR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hypr}/kernel
tools=(bc binutils bison cpio flex gcc kmod libc6-dev libelf-dev libssl-dev lz4 make patch perl python3 xz-utils)

say() { echo "kernel: $*" >&2; }
die() { say "$*"; exit 1; }
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The newest linux-source-6.x that is installed or served. Sets package and version; fails if there is none.
find_source() {
    package=$({ apt-cache search --names-only '^linux-source-6\.[0-9]+$' | cut -d' ' -f1
                dpkg-query -W -f='${db:Status-Status} ${Package}\n' 'linux-source-6.*' 2>/dev/null |
                    sed -n 's/^installed \(linux-source-6\.[0-9]*\)$/\1/p'
              } | sort -uV | tail -n 1)
    [ -n "$package" ] || return 1
    if installed "$package"; then version=$(dpkg-query -W -f='${Version}' "$package")
    else version=$(apt-cache policy "$package" | sed -n 's/^  Candidate: //p'); fi
    [ -n "$version" ] && [ "$version" != "(none)" ]
}

# What goes into the kernel, in a stable order: the source's version, our configuration, our patches, the recipe.
hash_inputs() {
    { echo "$package $version"; cd "$here"; LC_ALL=C; sha256sum config/*.config patches/*.patch compile.sh; } |
        sha256sum | cut -c1-16
}

update_lists() {
    [ -z "${lists_updated:-}" ] || return 0
    [ "$(id -u)" = 0 ] || die "Packages are missing and only root can install them: run as root, or install ${missing[*]:-linux-source-6.x}."
    say "updating the package lists"
    apt-get update -qq || die "The package lists cannot be updated: see the message of apt-get above."
    lists_updated=yes
}

install_missing() {
    missing=()
    for p in "${tools[@]}" "$package"; do installed "$p" || missing+=("$p"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    update_lists
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
        die "Packages could not be installed: see the message of apt-get above."
    find_source   # the version that is installed now is the one that is built
}

target() { echo "$cache/$(hash_inputs)"; }
complete() { [ -f "$1/vmlinux" ] && [ -f "$1/bzImage" ] && [ -f "$1/config" ] && [ -f "$1/version" ]; }

case "${1:-}" in
--path)
    find_source || die "No linux-source-6.x package is known: run 'apt-get update', or kernel/build.sh, which does so."
    target; exit ;;
'') ;;
-h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit ;;
*) die "Unknown argument '$1': kernel/build.sh [--path]" ;;
esac

if ! find_source; then
    update_lists
    find_source || die "This release serves no linux-source-6.x package: Debian 12 with its security updates does."
fi
if complete "$(target)"; then target; exit; fi

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock -n 9 || { say "another build is under way: waiting for it"; flock 9; }
install_missing
dir=$(target)
if complete "$dir"; then echo "$dir"; exit; fi

# Under the lock only one build is in this directory; what an interrupted one left goes. The path is always the same, so
# that a compiler cache knows the files again.
work=$cache/.build
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
say "building Linux from $package $version (some minutes; once)"
"$here/compile.sh" "/usr/src/$package.tar.xz" "$work"
echo "$package $version $(basename "$dir")" > "$work/out/version"
rm -rf "$dir"
mv "$work/out" "$dir"
say "ready: $(du -m "$dir/vmlinux" | cut -f1) MiB vmlinux, $(du -m "$dir/bzImage" | cut -f1) MiB bzImage"
echo "$dir"
