#!/usr/bin/env bash
# Scripts/style.sh format|lint: formats all Swift sources in place, or checks them and the scripts without changing anything.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# All files of an extension, each ended by a zero byte, without what is built or installed.
sources() { find . \( -name '.?*' -o -name runs \) -prune -o -type f -name "*.$1" -print0; }

case ${1:-} in
    format)
        sources swift | xargs -0 swift format format --in-place --parallel
        ;;
    lint)
        sources swift | xargs -0 swift format lint --strict --parallel
        scripts=(Scripts/*.sh .ci/run)
        for script in "${scripts[@]}"; do bash -n "$script"; done
        if command -v shellcheck >/dev/null; then shellcheck -x "${scripts[@]}"; fi
        say "clean"
        ;;
    *) fail "one argument is wanted: format or lint" ;;
esac
