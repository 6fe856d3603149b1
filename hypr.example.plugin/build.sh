#!/bin/bash
# build.sh DIST [OUT]: compiles the plug-in against the jars of an installed HYPR, and makes a bundle of it with the JDK alone.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
dist=$(readlink -f "$1") out=${2:-build}
rm -rf "$out" && mkdir -p "$out/classes"
javac --release 25 -Xlint:all,-classfile -Werror -proc:none -d "$out/classes" \
    -cp "$dist/bundles/hypr.api.jar:$(echo "$dist"/lib/org.apache.felix.main-*.jar)" $(find src -name '*.java')
jar --create --file "$out/org.example.traced.jar" --manifest MANIFEST.MF -C "$out/classes" .
