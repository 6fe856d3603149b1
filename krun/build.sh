#!/bin/bash
# Builds hypr-krun once, and keeps it under the cache by the hash of all that goes into it.
#
#   krun/build.sh          builds it unless it is there; prints its directory
#   krun/build.sh --path   prints the directory and builds nothing
#   krun/build.sh --tests  runs the tests in the sources
#   krun/build.sh --update  takes the newest versions of crates that Cargo.toml allows into crates.lock
#   krun/build.sh --macos  has the compiler check what is for macOS, anywhere; needs Rust's standard library for it: rustup target add aarch64-apple-darwin
#
# It needs cargo and rustc 1.87 or newer: those on PATH, else Debian's rustc-web and cargo-web, which root gets installed here. Status 3: they cannot be had.
# HYPR_CACHE moves the cache (default: $XDG_CACHE_HOME/hypr, else ~/.cache/hypr).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
part=krun oldest=87 packages=()
lacking="HYPR works without the backend krun; QEMU starts microVMs."
. "$here/../tools/rust.sh"
macos=aarch64-apple-darwin
case $(uname -sm) in
    'Linux x86_64') target=x86_64-unknown-linux-gnu ;;
    'Darwin arm64') target=$macos ;;
    *) target= ;;
esac

# Metal for guests needs virglrenderer, which few Macs have.
features() { [ "$target" != "$macos" ] || ! pkg-config --exists virglrenderer 2>/dev/null || echo --features gpu; }
path() { echo "$cache/$(hash_inputs $(features))"; }
sign() { [ "$target" != "$macos" ] || ./sign.sh "$1"; }

case "${1:-}" in
--path) path; exit ;;
--tests)
    toolchain
    cd "$here"
    lock
    export CARGO_TARGET_DIR=$cache/.tests
    exec cargo test -q --locked --target "$target" -- --nocapture ;;
--macos)
    toolchain
    [ -d "$(rustc --print sysroot)/lib/rustlib/$macos" ] || without "Rust has no standard library for macOS here; where rustup is: rustup target add $macos"
    cd "$here"
    lock
    export CARGO_TARGET_DIR=$cache/.macos
    exec cargo check -q --locked --target "$macos" ;;
--update) toolchain; update; exit ;;
'') ;;
-h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit ;;
*) die "Unknown argument '$1': krun/build.sh [--path|--tests|--update|--macos]" ;;
esac

[ -n "$target" ] || without "hypr-krun is built for Linux on x86-64 and for macOS on arm64 only."
build_once "$(path)" hypr-krun $(features)
