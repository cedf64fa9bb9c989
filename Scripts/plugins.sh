#!/usr/bin/env bash
# Scripts/plugins.sh [ARGUMENT…]: builds the example plugins, every folder of Plugins/ with a Makefile, as an outsider would.
#
# Arguments go to each folder's make: `check` runs their own tests, `test GUD=.build/release/gud` validates them, `install` installs
# them, `clean` removes what was built. A folder whose compiler is not there, or that has no such target, is skipped. One line each;
# where one fails, its last lines, and a failure at the end.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command -v make >/dev/null || fail "there is no 'make'" "sudo apt-get install -y make"

# The compiler that a folder needs, told by what lies in it; nothing for one without sources.
compiler() {
    if [[ -f $1/Cargo.toml ]]; then
        printf '%s\n' "${CARGO:-cargo}"
    elif [[ -f $1/Package.swift ]]; then
        printf 'swift\n'
    elif compgen -G "$1/src/*.cpp" >/dev/null; then
        printf '%s\n' "${CXX:-g++}"
    elif compgen -G "$1/src/*.c" >/dev/null || compgen -G "$1/*.c" >/dev/null; then
        printf '%s\n' "${CC:-cc}"
    fi
}

# A path in an argument starts here, not in the plugin's folder.
arguments=()
for argument in "$@"; do
    if [[ $argument =~ ^(GUD|GUD_INCLUDE)=([^/].*/.*)$ ]]; then argument=${BASH_REMATCH[1]}=$PWD/${BASH_REMATCH[2]}; fi
    arguments+=("$argument")
done

failed=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for makefile in Plugins/*/Makefile; do
    [[ -f $makefile ]] || continue
    folder=${makefile%/Makefile}
    name=${folder#Plugins/}
    needed=$(compiler "$folder")
    # The first word: CC may be "ccache gcc".
    if [[ -n $needed ]] && ! command -v "${needed%% *}" >/dev/null; then
        say "$name skipped: there is no '$needed'"
        continue
    fi
    # The flags of a make that runs this script are not for an outsider's package.
    if env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS LC_ALL=C make -C "$folder" "${arguments[@]}" >"$log" 2>&1; then
        say "$name ${arguments[*]:-built}"
    elif (($# > 0)) && grep -qF "No rule to make target '$1'." "$log"; then
        say "$name skipped: its Makefile has no '$1'"
    else
        failed+=("$name")
        say "$name failed"
        tail -n 20 "$log" >&2
    fi
done
((${#failed[@]} == 0)) || fail "these failed: ${failed[*]}" "make -C Plugins/${failed[0]} ${arguments[*]}"
