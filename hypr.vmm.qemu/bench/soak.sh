#!/bin/bash
# Boots microVMs one after the other through the backend and says how many came up and how fast. After ./dev build hypr.vmm.qemu kernel kestrel launcher.
#
#   bench/soak.sh [TIMES [PROCESSORS [auto|kvm|tcg]]]     (200 1 auto)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. ../tools/lib.sh
find_java
export HYPR_KERNEL=${HYPR_KERNEL:-$(../kernel/build.sh --path)}
exec java --enable-native-access=ALL-UNNAMED -cp "$(cat generated/testpath)" io.hypr.vmm.qemu.QemuBootSoak "${1:-200}" "${2:-1}" "${3:-auto}"
