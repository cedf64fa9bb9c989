# Sourced by the other scripts: strict mode, the project's root as working directory, and two ways to speak.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say TEXT: progress, to stderr, under the script's name.
say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$1" >&2; }

# fail REASON [COMMAND…]: says what is wrong and, line by line, what to run by hand, then ends.
fail() {
    say "$1"
    shift
    if (($# > 0)); then
        say "run by hand:"
        printf '    %s\n' "$@" >&2
    fi
    exit 1
}
