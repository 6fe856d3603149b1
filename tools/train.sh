#!/bin/bash
# train.sh DISTRIBUTION: makes lib/hypr.aot, the JVM's cache of loaded and linked classes, by a short run of the product. The cache fits
# only these jars, these options and this JVM, so it is kept by their hash.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/lib.sh"
dist=$(readlink -f "$1")
cd "$dist"
key=$({ sha256sum bundles/*.jar lib/*.jar lib/classpath lib/*.properties lib/java.options bin/hyprd; cat "$JAVA_HOME/release"; echo "$dist"; } |
    sha256sum | cut -c1-16)
cache=$HYPR_CACHE/aot/$key.aot
[ "$(cat lib/hypr.aot.key 2>/dev/null)" != "$key" ] || exit 0
rm -f lib/hypr.aot lib/hypr.aot.key

if [ ! -f "$cache" ]; then
    say "hyprd: training the JVM's cache of classes"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$HYPR_CACHE/aot"
    export HYPR_HOME=$work/home HYPR_RUN=$work/run HYPR_CONFIG=$work/config HYPR_NO_AUTOSTART=1
    # A network namespace of its own: this hyprd must not take the real one's taps and rules for left-overs.
    own=; [ "$(id -u)" != 0 ] || own='unshare --net'
    HYPR_AOT="-XX:AOTCacheOutput=$work/hypr.aot" $own bin/hyprd >"$work/log" 2>&1 &
    hyprd=$!
    for ((i = 0; i < 300; i++)); do
        [ ! -S "$HYPR_RUN/hypr.sock" ] || break
        kill -0 $hyprd 2>/dev/null || break
        sleep 0.1
    done
    for words in version info "ps -a" images "network ls" "run --help"; do bin/hypr $words >>"$work/log" 2>&1 || true; done
    kill $hyprd 2>/dev/null || true
    wait $hyprd || true
    if [ ! -s "$work/hypr.aot" ]; then
        cat "$work/log" "$HYPR_HOME/hyprd.log" >&2 2>/dev/null || true
        die "hyprd did not start when the JVM's cache of classes was trained: see above."
    fi
    mv "$work/hypr.aot" "$cache.$$"
    mv "$cache.$$" "$cache"
    # Old ones are of no use to this tree.
    ls -t "$HYPR_CACHE"/aot/*.aot | tail -n +5 | xargs -r rm -f
fi
cp "$cache" lib/hypr.aot
echo "$key" >lib/hypr.aot.key
