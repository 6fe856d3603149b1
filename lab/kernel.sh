#!/bin/bash
# Brings the emulated host's kernel: Debian's generic one, only unpacked, in the cache; prints the directory.
#
#   vmlinuz, modules/        of the newest linux-image package that is served when there is none in the cache
#   initramfs                lab/init, a shell, and the modules that reach the files of the machine; made anew when its parts change
set -euo pipefail
lab=$(dirname "$(readlink -f "$0")")
. "$lab/../tools/lib.sh"
cache=$HYPR_CACHE/lab
needed=(virtio_pci virtio_console 9pnet_virtio 9p overlay)

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9

newest() { ls -d "$cache"/linux-*[0-9a-z] 2>/dev/null | sort -V | tail -n 1; }
offered() { apt-cache search --names-only '^linux-image-6\.[^-]*(-[0-9]+)?-amd64-unsigned$' | cut -d' ' -f1 | sort -V | tail -n 1; }

unpack() {
    local package version work release
    package=$(offered)
    [ -n "$package" ] || { apt-get -qq update || true; package=$(offered); }
    [ -n "$package" ] || die "This release serves no linux-image-6.* package: Debian 12 does."
    say "lab: getting $package (once)"
    work=$(mktemp -d "$cache/.new.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work"
    (cd "$work" && { apt-get -qq -o APT::Sandbox::User=root download "$package" || { apt-get -qq update && apt-get -qq -o APT::Sandbox::User=root download "$package"; }; }) >&2 </dev/null ||
        die "$package cannot be downloaded: see the message of apt-get above."
    version=$(dpkg-deb -f "$work"/*.deb Version)
    dpkg-deb -x "$work"/*.deb "$work/root"
    release=$(ls "$work/root/lib/modules")
    depmod -b "$work/root" "$release"
    mkdir "$work/done"
    mv "$work/root/boot/vmlinuz-$release" "$work/done/vmlinuz"
    mkdir -p "$work/done/lib"
    mv "$work/root/lib/modules" "$work/done/lib/modules"
    ln -s "lib/modules/$release" "$work/done/modules"
    mv -T "$work/done" "$cache/linux-${version//[^0-9A-Za-z.+]/-}"
    rm -rf "$work"
    trap - EXIT
}

[ -n "$(newest)" ] || unpack
dir=$(newest)
release=$(basename "$(readlink "$dir/modules")")

key=$(cat "$lab/init" "$lab/kernel.sh" /bin/busybox | sha256sum | cut -c1-16)
if [ "$(cat "$dir/initramfs.key" 2>/dev/null)" != "$key" ]; then
    tree=$(mktemp -d "$cache/.tree.XXXXXX")
    trap 'rm -rf "$tree"' EXIT
    mkdir -p "$tree"/{bin,dev,proc,sys,machine,changes,host,modules}
    cp /bin/busybox "$tree/bin/"
    cp "$lab/init" "$tree/init"
    number=100
    while read -r file; do
        name=$(basename "$file" .xz)
        [ -z "$(ls "$tree"/modules/*-"$name" 2>/dev/null)" ] || continue
        number=$((number + 1))
        case $file in *.xz) xz -dc "$file" >"$tree/modules/$number-$name" ;; *) cp "$file" "$tree/modules/$number-$name" ;; esac
    done < <(for module in "${needed[@]}"; do modprobe -d "$dir" -S "$release" --show-depends "$module"; done | sed -n 's/^insmod \([^ ]*\).*/\1/p')
    (cd "$tree" && find . | cpio -o -H newc --quiet) >"$dir/initramfs.new"
    mv "$dir/initramfs.new" "$dir/initramfs"
    echo "$key" >"$dir/initramfs.key"
fi
echo "$dir"
