#!/bin/bash
# The tests in the sources of hypr-krun, and of what it is on macOS as much as can be tested anywhere; its machines are tested through hypr.vmm.krun and hypr.vmm.hvf.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
status=0
out=$("$here/build.sh" --tests 2>&1) || status=$?
if [ $status = 3 ]; then
    echo "skipped: ${out%%$'\n'*}"
    echo "0 passed, 0 failed, 1 skipped"
    exit
fi
grep -E '^skipped|FAILED|panicked|^error|^warning' <<<"$out" || true
counts=($(sed -n 's/^test result: .* \([0-9]*\) passed; \([0-9]*\) failed; \([0-9]*\) ignored.*/\1 \2 \3/p' <<<"$out"))
passed=${counts[0]:-0} failed=${counts[1]:-0} skipped=${counts[2]:-0}

# test NAME COMMAND...: counts a command that says nothing when all is well; its status 3 means that it could not be tried.
test() {
    local name=$1 result=0 words; shift
    words=$("$@" 2>&1) || result=$?
    case $result in
        0) passed=$((passed + 1)) ;;
        3) echo "skipped: $name: ${words%%$'\n'*}"; skipped=$((skipped + 1)) ;;
        *) printf 'FAILED: %s\n%s\n' "$name" "$words"; failed=$((failed + 1)) status=1 ;;
    esac
}
test what_is_for_macos_compiles "$here/build.sh" --macos
test the_program_is_signed_with_one_entitlement python3 -c 'import plistlib, sys
assert plistlib.load(open(sys.argv[1], "rb")) == {"com.apple.security.hypervisor": True}' "$here/hypr-krun.entitlements"
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
