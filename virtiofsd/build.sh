#!/bin/bash
# Builds hypr-virtiofsd once, and keeps it under the cache by the hash of all that goes into it.
#
#   virtiofsd/build.sh           builds it unless it is there; prints its directory
#   virtiofsd/build.sh --path    prints the directory and builds nothing
#   virtiofsd/build.sh --update  takes the newest versions of crates that Cargo.toml allows into crates.lock
#
# It needs cargo and rustc 1.87 or newer, libseccomp and libcap-ng: those that are here, else Debian's, which root gets installed. Status 3: they cannot be had.
# HYPR_CACHE moves the cache (default: $XDG_CACHE_HOME/hypr, else ~/.cache/hypr).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
part=virtiofsd oldest=87 packages=(libseccomp-dev libcap-ng-dev)
lacking="Volumes and directories of the host are then served by the virtiofsd of Debian's QEMU."
. "$here/../tools/rust.sh"
target=x86_64-unknown-linux-gnu

# Links the two libraries into the program, so that it needs nothing installed.
libraries() {
    local name file
    for name in seccomp cap-ng; do
        file=$(gcc -print-file-name="lib$name.a" 2>/dev/null || true)
        [ -f "$file" ] || { install_packages "There is no lib$name.a here"; file=$(gcc -print-file-name="lib$name.a"); }
        [ -f "$file" ] || without "The compiler does not find lib$name.a."
        case $name in
            seccomp) export LIBSECCOMP_LINK_TYPE=static LIBSECCOMP_LIB_PATH=${file%/*} ;;
            cap-ng) export LIBCAPNG_LINK_TYPE=static LIBCAPNG_LIB_PATH=${file%/*} ;;
        esac
    done
}

dir=$cache/$(hash_inputs)
case "${1:-}" in
--path) echo "$dir"; exit ;;
--update) toolchain; update; exit ;;
'') ;;
-h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit ;;
*) die "Unknown argument '$1': virtiofsd/build.sh [--path|--update]" ;;
esac

[ "$(uname -sm)" = 'Linux x86_64' ] || without "hypr-virtiofsd is built for Linux on x86-64 only."
[ -x "$dir/hypr-virtiofsd" ] || libraries
build_once "$dir" hypr-virtiofsd
