#!/usr/bin/env bash
# Scripts/test.sh [OPTION…]: builds and runs all tests in release mode; options go to `swift test` (--filter NAME).
#
# The reference vectors and data sets are taken from $GUD_SHARED, or ../shared where that is there; tests that need them skip
# without. Shows the build, failures (long lines cut), what tests print, and the closing line; everything is in .build/test.log.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [[ -z ${GUD_SHARED:-} && -d ../shared ]]; then GUD_SHARED=$(cd ../shared && pwd); fi
if [[ -n ${GUD_SHARED:-} ]]; then
    export GUD_SHARED
    say "reference data in $GUD_SHARED"
else
    say "no reference data (GUD_SHARED); tests that need them will skip"
fi
# Test suites run side by side: threads that spin while they wait would take the cores from each other.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}

# Tests are built apart: with access to internal declarations, which `swift build -c release` would undo and build all again.
mkdir -p .build
log=.build/test.log
status=0
swift test -c release --scratch-path .build/tests --disable-xctest \
    --explicit-target-dependency-import-check error "$@" 2>&1 \
    | tee "$log" | sed -E '/Test run with/b; /^(◇|✔|↳) /d; s/^(.{400}).*/\1 …/' || status=$?

closing=$(grep -E 'Test run with [0-9]+ test' "$log" | tail -n 1) || true
[[ -n $closing ]] || fail "the tests did not run to their end; see $log"
say "$closing"
exit "$status"
