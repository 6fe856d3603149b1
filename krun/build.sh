#!/bin/bash
# Builds hypr-krun once, and keeps it under the cache by the hash of all that goes into it.
#
#   krun/build.sh          builds it unless it is there; prints its directory
#   krun/build.sh --path   prints the directory and builds nothing
#   krun/build.sh --tests  runs the tests in the sources
#   krun/build.sh --macos  has the compiler check what is for macOS, anywhere; needs Rust's standard library for it: rustup target add aarch64-apple-darwin
#
# It needs cargo and rustc 1.87 or newer: those on PATH, else Debian's rustc-web and cargo-web, which root gets installed here. Status 3: they cannot be had.
# HYPR_CACHE moves the cache (default: $XDG_CACHE_HOME/hypr, else ~/.cache/hypr).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${HYPR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hypr}/krun
macos=aarch64-apple-darwin
case $(uname -sm) in
    'Linux x86_64') target=x86_64-unknown-linux-gnu ;;
    'Darwin arm64') target=$macos ;;
    *) target= ;;
esac
oldest=87
packages=(cargo-web rustc-web gcc libc6-dev)

say() { echo "krun: $*" >&2; }
die() { say "$*"; exit 1; }
without() { say "$*"; say "HYPR works without the backend krun; QEMU starts microVMs."; exit 3; }

# Metal for guests needs virglrenderer, which few Macs have.
features() { [ "$target" != "$macos" ] || ! pkg-config --exists virglrenderer 2>/dev/null || echo --features gpu; }

sum() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
hash_inputs() { { cd "$here"; LC_ALL=C; sum Cargo.toml Cargo.lock build.sh $(find src .cargo -type f | LC_ALL=C sort); features; } | sum | cut -c1-16; }
path() { echo "$cache/$(hash_inputs)"; }
complete() { [ -x "$1/hypr-krun" ]; }

# The minor number of rustc's version; nothing if there is no rustc, or cargo is missing.
minor() { command -v cargo >/dev/null && rustc --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p'; }
new_enough() { local found; found=$(minor) || true; [ "${found:-0}" -ge "$oldest" ]; }

toolchain() {
    new_enough && return
    [ "$(id -u)" = 0 ] || without "There is no rustc 1.$oldest or newer here: install it, on Debian as root with: apt-get install ${packages[*]}"
    say "installing ${packages[*]}"
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null || without "${packages[*]} cannot be installed: see the message of apt-get above."
    hash -r
    new_enough || without "Debian's rustc-web is older than 1.$oldest: enable this release's security updates, or install a newer Rust."
}

case "${1:-}" in
--path) path; exit ;;
--tests)
    toolchain
    cd "$here"
    export CARGO_TARGET_DIR=$cache/.tests
    exec cargo test -q --locked --target "$target" -- --nocapture ;;
--macos)
    toolchain
    [ -d "$(rustc --print sysroot)/lib/rustlib/$macos" ] || without "Rust has no standard library for macOS here; where rustup is: rustup target add $macos"
    cd "$here"
    export CARGO_TARGET_DIR=$cache/.macos
    exec cargo check -q --locked --target "$macos" ;;
'') ;;
-h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit ;;
*) die "Unknown argument '$1': krun/build.sh [--path|--tests|--macos]" ;;
esac

dir=$(path)
if complete "$dir"; then echo "$dir"; exit; fi
[ -n "$target" ] || without "hypr-krun is built for Linux on x86-64 and for macOS on arm64 only."
mkdir -p "$cache"
exec 9>"$cache/.lock"
! command -v flock >/dev/null || flock -n 9 || { say "another build is under way: waiting for it"; flock 9; }
if complete "$dir"; then echo "$dir"; exit; fi
toolchain
say "building hypr-krun (some minutes; once)"
cd "$here"
export CARGO_TARGET_DIR=$cache/.build
cargo build -q --release --locked --target "$target" $(features) 9<&- >&2 || die "hypr-krun does not build."
mkdir -p "$dir.new"
cp "$CARGO_TARGET_DIR/$target/release/hypr-krun" "$dir.new/"
[ "$target" != "$macos" ] || ./sign.sh "$dir.new/hypr-krun" >&2 || die "hypr-krun cannot be signed."
rm -rf "$dir"
mv "$dir.new" "$dir"
say "ready: $(($(wc -c <"$dir/hypr-krun"))) octets"
echo "$dir"
