# Sourced by the end-to-end tests. Each function test_* of a test file is one test: it runs in a subshell with 'set -e', in the order of the file.
# A test file has a network namespace, a home, a run directory, a configuration and a hyprd of its own, and takes them all down at its end.
#
#   E2E_LIMIT=SECONDS   after which a wait has failed         E2E_KEEP=1   keep homes and logs
#   E2E_ROOT=DIR        test the product built in that tree   FILE NAME... run only these tests of the file
set -uo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
if [ "$(id -u)" != 0 ]; then
    echo "skipped: end-to-end tests need root, for network namespaces, bridges and taps"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
[ -n "${E2E_NAMESPACE:-}" ] || E2E_NAMESPACE=1 exec unshare --net -- "$0" "$@"
ip link set lo up

DIST=${E2E_ROOT:-$HERE/../..}/hypr.dist/generated/hypr
CLIENT=$DIST/bin/hypr
LIMIT=${E2E_LIMIT:-90}   # a boot on a busy machine without KVM takes many times its usual second
WORK=$(mktemp -d /tmp/hypr-e2e.XXXXXX)
SHELL_PID=$$
export HYPR_HOME=$WORK/home HYPR_RUN=$WORK/run HYPR_CONFIG=$WORK/config
unset HYPR_DIST HYPR_LOG HYPR_NO_AUTOSTART HYPR_AOT HYPR_REGISTRY_MIRRORS
mkdir -p "$HYPR_CONFIG"
# These tests are of the product on QEMU, also where KVM works; those in lab/ are of the other backends.
[ -z "${E2E_BACKENDS=qemu}" ] || echo "backends=$E2E_BACKENDS" >"$HYPR_CONFIG/io.hypr.core.cfg"

hypr() { timeout -k 5 $((LIMIT * 2)) "$CLIENT" "$@"; }

# run COMMAND...: runs it to its end; its streams and exit status are in $out, $err and $status.
run() {
    status=0
    out=$("$@" 2>"$WORK/stderr") || status=$?
    err=$(<"$WORK/stderr")
}

# tell LINE: shown also of a test that passes.
tell() { echo "  $*" >>"$WORK/told"; }

fail() { printf '    %s\n' "$@" >&2; exit 1; }
last() { printf "of the last run: status %s, output '%s', error '%s'" "${status:-}" "$(cut -c1-300 <<<"${out:-}")" "$(cut -c1-600 <<<"${err:-}")"; }

# equal WHAT EXPECTED ACTUAL
equal() { [ "$2" = "$3" ] || fail "$1: expected '$2'" "but got '$3'" "$(last)"; }

# contains WHAT TEXT PART...: each part is in the text.
contains() {
    local what=$1 text=$2 part; shift 2
    for part; do [[ "$text" == *"$part"* ]] || fail "$what: no '$part' in '$text'" "$(last)"; done
}

# refused STATUS PART...: the last run ended so, and its error names the parts and is for people, not a trace of a stack.
refused() {
    equal "exit status" "$1" "$status"; shift
    contains "error" "$err" "$@"
    [[ "$err" != *Exception* && "$err" != *$'\tat '* ]] || fail "a stack trace reached the user: $err"
}

# eventually WHAT COMMAND...: until the command succeeds, at most LIMIT seconds.
eventually() {
    local what=$1 end=$((SECONDS + LIMIT)); shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "waited $LIMIT s in vain: $what" "$(last)"
        sleep 0.05
    done
}

state() { hypr inspect -f '{{.State.Status}}' "$1" 2>/dev/null; }
is() { [ "$(state "$1")" = "$2" ]; }
gone() { ! hypr inspect "$1" >/dev/null 2>&1; }
logged() { [[ "$(hypr logs "$1" 2>&1)" == *"$2"* ]]; }
dead() { ! kill -0 "$1" 2>/dev/null; }
none() { [ -z "$(hypr ps -aq)" ]; }
hyprd_pid() { cat "$HYPR_HOME/lock"; }

stop_hyprd() {
    local pid; pid=$(hyprd_pid 2>/dev/null) || return 0
    if [ -n "${E2E_STARTS:-}" ]; then   # what the whole run says of its templates
        HYPR_NO_AUTOSTART=1 hypr daemon status -f \
            '{{.Starts.FromTemplates}} {{.Starts.FromTemplatesMeanMicros}} {{.Starts.Booted}} {{.Starts.BootedMeanMicros}}' >>"$E2E_STARTS" 2>/dev/null || true
    fi
    hypr daemon stop >/dev/null 2>&1
    eventually "hyprd ends" dead "$pid"
}

# What a container may leave on the host (templates are meant to stay): devices, rules, sockets, processes, mounts, control groups, files and records.
inventory() {
    ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/device \1/' | sort
    nft list ruleset | sed 's/comment "[0-9]*"//; s/^/rule /'
    ss -Hltnu | awk '{ print "socket", $1, $5 }' | sort
    "$HERE/processes" $SHELL_PID "$WORK"
    sed -n "\#$WORK#s/^/mount /p" /proc/self/mountinfo
    # Those with processes may be of other containers on this host; ours are named by "processes".
    local group
    for group in $(find /sys/fs/cgroup/hypr /sys/fs/cgroup/*/hypr -mindepth 2 -type d 2>/dev/null | sort); do
        if [ -e "$group/cgroup.procs" ] && [ -z "$(cat "$group/cgroup.procs" 2>/dev/null)" ]; then echo "cgroup $group"; fi
    done
    find "$HYPR_HOME" "$HYPR_RUN" \( -path "$HYPR_RUN/framework/*" -o -path "$HYPR_HOME/templates/*" \) -prune -o -name 'hypr.db-*' -o -print | sed 's/^/file /' | sort
    hypr ps -aq | sed 's/^/record /'
}

# unchanged FILE: is the inventory still the one in the file?
unchanged() { inventory >"$1.now" && cmp -s "$1" "$1.now"; }
nothing_new() { (eventually "nothing remains" unchanged "$1") 2>/dev/null || fail "this differs (< before, > now):" "$(diff "$1" "$1.now")"; }

# group_value ID FILE-OF-VERSION-1 FILE-OF-VERSION-2: of the control group of a container's VMM.
group_value() { find /sys/fs/cgroup/hypr /sys/fs/cgroup/*/hypr -path "*/$1/*" \( -name "$2" -o -name "$3" \) -exec cat {} + 2>/dev/null | head -1; }

# Of a VMM's threads.
processors_of() { cat /proc/"$1"/task/*/status | sed -n 's/^Cpus_allowed_list:\t//p' | sort -u; }

# limits_of NAME: what holds a container (version 2): share of time, weight, processors, reservation of its VMM; what its guest's kernel says.
limits_of() {
    local id; id=$(hypr inspect -f '{{.Id}}' "$1")
    echo "$(group_value "$id" none cpu.max), $(group_value "$id" none cpu.weight), $(processors_of "$(hypr inspect -f '{{.State.Pid}}' "$1")"), $(group_value "$id" none memory.low);" \
        "$(hypr exec "$1" cat /sys/fs/cgroup/cpu.max)"
}

remove_all() {
    local ids
    if ids=$(hypr ps -aq 2>/dev/null) && [ -n "$ids" ]; then hypr rm -f $ids >/dev/null 2>&1; fi
}

take_down() {
    local file pid start
    (export HYPR_NO_AUTOSTART=1; remove_all)
    (stop_hyprd)
    # VMMs of a hyprd that did not come back; the start time tells them from others that have the number by now.
    for file in "$HYPR_RUN"/vm/*/pid; do
        [ -e "$file" ] || continue
        read -r pid start <"$file"
        [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20)" != "$start" ] || kill -9 "$pid"
    done
    for pid in $(jobs -p); do kill "$pid" 2>/dev/null; done
    if [ -n "${E2E_KEEP:-}" ]; then echo "  kept: $WORK"; return; fi
    findmnt -rno TARGET | grep "^$WORK/" | tac | while read -r file; do umount "$file"; done
    rm -rf "$WORK"
}

# skip WHY: ends a test that cannot be made here.
skip() { echo "$*"; exit 77; }

# run_tests [NAME...]: all tests of the file, or these.
run_tests() {
    local name passed=0 failed=0 skipped=0 result start
    trap take_down EXIT
    trap 'exit 130' INT TERM
    [ $# -gt 0 ] || set -- $(sed -n 's/^\(test_[a-z0-9_]*\)() *{.*/\1/p' "$0")
    for name; do
        start=$SECONDS
        rm -f "$WORK/told"
        (set -e; trap - EXIT; "$name") >"$WORK/result" 2>&1 </dev/null
        result=$?
        case $result in
            0) passed=$((passed + 1)); echo "  ok ($((SECONDS - start)) s): ${name//_/ }"
                [ ! -e "$WORK/told" ] || cat "$WORK/told" ;;
            77) skipped=$((skipped + 1)); echo "  skipped: ${name//_/ }: $(tail -1 "$WORK/result")" ;;
            *) failed=$((failed + 1)); echo "  FAILED ($((SECONDS - start)) s): ${name//_/ }"; tail -c 4000 "$WORK/result"
                remove_all ;;   # the next test begins with none, whatever this one left
        esac
    done
    take_down
    trap - EXIT
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]
}
