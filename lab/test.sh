#!/bin/bash
# Tests of the door to the emulated host, from outside: streams, status, environment, files, limits and refusals.
. "$(dirname "$(readlink -f "$0")")/../hypr.itest/e2e/lib.sh"
LAB=$(dirname "$(readlink -f "$0")")/lab

test_a_command_has_its_streams_status_directory_and_environment() {
    mkdir -p "$WORK/kept"
    cd /usr/share
    WORD='two  words' run "$LAB" --memory 512 --keep "$WORK/kept" -- sh -c '
        echo "$PWD $WORD $1 $(id -u)"; echo complaint >&2; cat
        echo lost >"$2/lost"; echo kept >"$2/kept/file"; exit 7' sh "a 'quoted' word" "$WORK"
    equal "status" 7 "$status"
    equal "output" "/usr/share two  words a 'quoted' word 0" "$out"
    contains "error" "$err" complaint
    equal "file to keep" kept "$(cat "$WORK/kept/file")"
    [ ! -e "$WORK/lost" ] || fail "a file outside was written"
}

test_the_limit_switches_the_host_off() {
    run "$LAB" --limit 1 -- true
    equal "status" 124 "$status"
    contains "error" "$err" "had not ended after 1 s"
}

test_mistakes_are_refused() {
    run "$LAB" --frob true
    equal "status" 125 "$status"
    contains "error" "$err" "Unknown option '--frob'"
    run "$LAB" --memory much true
    contains "error" "$err" "'much' is no number"
    run "$LAB" --keep "$WORK/absent" true
    contains "error" "$err" "There is no directory '$WORK/absent'"
    run "$LAB" </dev/null
    contains "error" "$err" "A shell needs a terminal"
    run "$LAB" --device '-device no-such-device' true
    equal "status" 125 "$status"
    contains "error" "$err" "no-such-device"
}

run_tests "$@"
