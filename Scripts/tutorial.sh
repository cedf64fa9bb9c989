#!/usr/bin/env bash
# Scripts/tutorial.sh [FILE…]: follows the tutorials, by default all Documentation/tutorial-*.md, as a reader would.
#
# Runs in a temporary folder with data, configuration and cache folders of its own, and with the program that was built last;
# GUD=PATH names another one. See tutorial.py for what the blocks of a tutorial mean.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for tool in python3 make cc; do
    command -v "$tool" >/dev/null || fail "there is no '$tool'" "sudo apt-get install -y build-essential python3"
done

program=${GUD:-}
if [[ -z $program ]]; then
    for built in .build/release/gud .build/tests/release/gud; do
        if [[ -x $built && ( -z $program || $built -nt $program ) ]]; then program=$built; fi
    done
fi
[[ -x $program ]] || fail "there is no program gud" "make build"
program=$(realpath "$program")

tutorials=()
for file in "$@"; do tutorials+=("$(realpath "$file")"); done
if (($# == 0)); then tutorials=("$PWD"/Documentation/tutorial-*.md); fi
runner=$PWD/Scripts/tutorial.py

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache
# A make that runs this script has flags that are not a reader's, and so may the surroundings.
unset MAKEFLAGS MAKELEVEL MFLAGS GUD GUD_PLUGIN_PATH GUD_LOCK GUD_PROGRAM
export LC_ALL=C.UTF-8 PATH=${program%/*}:$PATH

for tutorial in "${tutorials[@]}"; do
    started=$SECONDS
    mkdir "$work/$(basename "$tutorial" .md)"
    (cd "$work/$(basename "$tutorial" .md)" && python3 "$runner" "$tutorial") || fail "$(basename "$tutorial") does not hold"
    say "$(basename "$tutorial") holds, in $((SECONDS - started)) s"
done
