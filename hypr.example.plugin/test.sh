#!/bin/bash
# test.sh: HYPR's contract of backends, unchanged, against this plug-in. JUNIT is JUnit's console launcher, DIST the distribution.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
DIST=$(readlink -f "${DIST:-../hypr.dist/generated/hypr}")
JUNIT=${JUNIT:?names the jar of junit-platform-console-standalone}
./build.sh "$DIST"
path=build/classes:$DIST/bundles/hypr.api.jar:$DIST/share/sdk/hypr.tck.jar
javac --release 25 -proc:none -d build/test -cp "$path:$JUNIT" $(find test -name '*.java')
java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dhypr.dist="$DIST" -jar "$JUNIT" execute -cp "build/test:$path" --scan-class-path=build/test \
    --disable-banner --disable-ansi-colors --details="${DETAILS:-tree}" >build/test.log 2>&1 || status=$?
count() { sed -n "s/^\[ *\([0-9]*\) tests $1 .*/\1/p" build/test.log; }
[ "${status:-0}" = 0 ] || { grep -v '✔' build/test.log || true; }
echo "$(count successful) passed, $(count failed) failed, $(($(count aborted) + $(count skipped))) skipped"
exit "${status:-0}"
