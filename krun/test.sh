#!/bin/bash
# The tests in the sources of hypr-krun; its machines are tested through hypr.vmm.krun.
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
echo "${counts[0]:-0} passed, ${counts[1]:-0} failed, ${counts[2]:-0} skipped"
exit $status
