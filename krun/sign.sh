#!/bin/bash
# sign.sh PROGRAM: signs hypr-krun on a Mac with the one entitlement without which Hypervisor.framework starts nothing. Whoever installs the program calls it,
# since a copy that is changed on the way, such as by strip, loses its signature. HYPR_SIGN_IDENTITY names a certificate; without one, the signature is good on
# this Mac only.
set -euo pipefail
[ $# = 1 ] && [ -f "$1" ] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 125; }
[ "$(uname -s)" = Darwin ] || { echo "sign.sh: only macOS has codesign, and no other system asks for a signature." >&2; exit 1; }
exec codesign --force --sign "${HYPR_SIGN_IDENTITY:--}" --entitlements "$(dirname "${BASH_SOURCE[0]}")/hypr-krun.entitlements" "$1"
