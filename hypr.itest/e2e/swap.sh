# Sourced by tests that exchange a backend under load, after lib.sh.
#
#   SWAP_TIMES=N         how often the backend is installed, updated and put back (default 3)
#   SWAP_CONTAINERS=N    that work meanwhile (default 2)      SWAP_LOAD="OPTION..."   of swapload, such as '--rate 100'

# exchange_under_load BACKEND: newer versions of its bundle take its place, and the shipped one again, while its containers serve HTTP and print, and commands are
# under way in them.
exchange_under_load() {
    local n bundle=hypr.vmm.$1 containers=() commands=()
    musl-gcc -static -Os -o "$WORK/webserver" "$HERE/webserver.c"
    musl-gcc -static -O2 -o "$WORK/webload" "$HERE/webload.c"
    for n in 2 3; do "$HERE/rebundle" "$DIST/bundles/$bundle.jar" "$WORK/$bundle-7.$n.jar" "Bundle-Version=7.$n.0"; done
    for n in $(seq "${SWAP_CONTAINERS:-2}"); do
        hypr run -d --name "busy$n" --vmm "$1" -m 128m -p "$((5400 + n)):80" hypr/busybox \
            sh -c 'n=0; while :; do n=$((n + 1)); echo "line $n"; sleep 0.2; done' >/dev/null
        hypr exec -i "busy$n" sh -c 'cat >/webserver; chmod +x /webserver' <"$WORK/webserver"
        hypr exec -d "busy$n" /webserver 80
        eventually "busy$n answers" curl -fsS -o "$WORK/got" "http://127.0.0.1:$((5400 + n))/word"
        equal "answer" /word "$(cat "$WORK/got")"
        containers+=("busy$n:$((5400 + n))")
    done
    for n in $(seq "${SWAP_TIMES:-3}"); do
        commands+=("hypr plugin install $WORK/$bundle-7.2.jar" "hypr plugin update $bundle $WORK/$bundle-7.3.jar" "hypr plugin rm $bundle")
    done
    # shellcheck disable=SC2086
    PATH=$DIST/bin:$PATH run "$HERE/swapload" ${SWAP_LOAD:-} "$CLIENT" "$WORK/webload" "${containers[@]}" -- "${commands[@]}"
    [ "$status" = 0 ] || fail "$out" "$err"
    contains "the exchanges" "$out" "$bundle 7.2.0," "$bundle 7.3.0,"
    tell "$1: $(tail -1 <<<"$out")"
    hypr rm -f "${containers[@]%:*}" >/dev/null
}
