#!/bin/bash
# verify-config.sh CONFIG FRAGMENT...: every symbol that a fragment asks for is in CONFIG with that value, or this fails and
# names each that is not. The kernel's own tools drop a symbol silently when something it depends on is missing.
set -euo pipefail
config=$1; shift
awk '
    function want(symbol, value) {
        if (symbol in wanted) { printf "kernel: %s is asked for in %s and in %s\n", symbol, origin[symbol], FILENAME; bad++ }
        wanted[symbol] = value; origin[symbol] = FILENAME; count++
    }
    /^# CONFIG_[A-Z0-9a-z_]+ is not set$/ { if (FILENAME == ARGV[1]) has[$2] = "n"; else want($2, "n"); next }
    /^CONFIG_[A-Za-z0-9_]+=/ {
        at = index($0, "="); symbol = substr($0, 1, at - 1); value = substr($0, at + 1)
        if (FILENAME == ARGV[1]) has[symbol] = value; else want(symbol, value)
        next
    }
    /^[^#]/ { printf "kernel: %s line %d is neither a symbol nor a comment: %s\n", FILENAME, FNR, $0; bad++ }
    END {
        for (symbol in wanted) {
            value = (symbol in has) ? has[symbol] : "n"
            if (value != wanted[symbol]) {
                name = origin[symbol]; sub(/.*\//, "", name)
                printf "kernel: %s asks for %s=%s, the configuration has %s\n", name, symbol, wanted[symbol], value; bad++
            }
        }
        if (bad) { printf "kernel: %d of %d symbols are not as asked for\n", bad, count; exit 1 }
        if (!count) { print "kernel: no fragment asks for anything"; exit 1 }
    }' "$config" "$@" >&2
