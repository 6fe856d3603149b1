#!/bin/bash
# build.sh OUTDIR: makes OUTDIR/busybox.tar and OUTDIR/welcome.tar, the images that come with HYPR, as archives of OCI image layouts.
# busybox is the static one that Debian's package busybox-static installs; welcome is a layer over it. The same inputs give the same octets.
set -euo pipefail
[ $# = 1 ] || { sed -n 2,3p "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)

busybox=''
for f in /bin/busybox /usr/bin/busybox; do [ -x $f ] && busybox=$f && break; done
[ -n "$busybox" ] || { echo "build.sh: no busybox in /bin or /usr/bin. Install Debian's package busybox-static." >&2; exit 1; }
if readelf -l "$busybox" 2>/dev/null | grep -q INTERP; then
  echo "build.sh: $busybox is linked dynamically. Install Debian's package busybox-static." >&2; exit 1
fi
applets=$("$busybox" --list)   # not piped into grep -q, which would end it by SIGPIPE
for applet in sh httpd; do
  grep -qx $applet <<<"$applets" || { echo "build.sh: $busybox has no '$applet'." >&2; exit 1; }
done
case $(uname -m) in x86_64) arch=amd64;; aarch64) arch=arm64;; *) echo "build.sh: no images for $(uname -m)." >&2; exit 1;; esac
epoch=${SOURCE_DATE_EPOCH:-$(stat -Lc %Y "$busybox")}
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

pack() { # DIR: the files below it as a tar archive on standard output, owned by root
  tar -C "$1" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=pax --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -c .
}
blob() { # FILE: moves it into the layout, says "digest size"
  local sum size
  sum=$(sha256sum "$1" | cut -d' ' -f1); size=$(stat -c %s "$1")
  mkdir -p "$layout/blobs/sha256"; mv "$1" "$layout/blobs/sha256/$sum"
  echo "sha256:$sum $size"
}
image() { # NAME CONFIG LAYERDIR...: writes OUTDIR/NAME.tar
  local name=$1 config=$2 layers='' diffs='' history='' digest size diff
  shift 2
  layout=$work/$name.layout
  mkdir -p "$layout"
  for dir in "$@"; do
    pack "$dir" >"$work/layer"
    diff=$(sha256sum "$work/layer" | cut -d' ' -f1)
    gzip -9n <"$work/layer" >"$work/layer.gz"
    read -r digest size < <(blob "$work/layer.gz")
    layers+="${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"$digest\",\"size\":$size}"
    diffs+="${diffs:+,}\"sha256:$diff\""
    history+="${history:+,}{\"created\":\"$created\",\"created_by\":\"hypr.image/images: $(basename "$dir")\"}"
  done
  printf '{"created":"%s","author":"HYPR PTE. LTD.","architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
    "$created" "$arch" "$config" "$diffs" "$history" >"$work/config"
  read -r digest size < <(blob "$work/config")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[%s]}' \
    "$digest" "$size" "$layers" >"$work/manifest"
  read -r digest size < <(blob "$work/manifest")
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%s,"platform":{"architecture":"%s","os":"linux"},"annotations":{"io.containerd.image.name":"docker.io/hypr/%s:latest","org.opencontainers.image.ref.name":"latest"}}]}' \
    "$digest" "$size" "$arch" "$name" >"$layout/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  (cd "$layout" && tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=ustar -cf "$out/.$name.tar" blobs index.json oci-layout)
  mv "$out/.$name.tar" "$out/$name.tar"
}

base=$work/busybox
mkdir -p "$base"/{bin,dev,etc,home,proc,root,run,sys,tmp,usr/bin,usr/sbin,var/log,var/spool,var/tmp}
chmod 755 "$base" && chmod 1777 "$base"/{tmp,var/tmp} && chmod 700 "$base/root"
install -m 755 "$busybox" "$base/bin/busybox"
for applet in $("$busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$base/bin/$applet"; done
ln -s ../../bin/busybox "$base/usr/bin/env"
ln -s ../run "$base/var/run"
printf '%s\n' root:x:0:0:root:/root:/bin/sh daemon:x:1:1:daemon:/usr/sbin:/bin/false www-data:x:33:33:www-data:/var/www:/bin/false nobody:x:65534:65534:nobody:/:/bin/false >"$base/etc/passwd"
printf '%s\n' root:x:0: daemon:x:1: tty:x:5: www-data:x:33: nogroup:x:65534: >"$base/etc/group"
chmod 644 "$base"/etc/*

top=$work/welcome
mkdir -p "$top"/{bin,www/cgi-bin}
install -m 755 "$here/welcome/welcome" "$top/bin/welcome"
install -m 755 "$here/welcome/index.cgi" "$top/www/cgi-bin/index.cgi"
find "$top" -type d -exec chmod 755 {} +

image busybox "{\"Env\":[\"PATH=$path\"],\"Cmd\":[\"sh\"],\"Labels\":{\"org.opencontainers.image.title\":\"busybox\",\"org.opencontainers.image.version\":\"$("$busybox" | head -1 | cut -d' ' -f2)\"}}" "$base"
image welcome "{\"Env\":[\"PATH=$path\"],\"Cmd\":[\"welcome\"],\"WorkingDir\":\"/www\",\"ExposedPorts\":{\"80/tcp\":{}},\"Labels\":{\"org.opencontainers.image.title\":\"welcome\",\"io.hypr.facts\":\"true\"}}" "$base" "$top"
