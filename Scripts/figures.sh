#!/usr/bin/env bash
# Scripts/figures.sh: makes the pictures of Documentation/schedules.md anew, in Documentation/Images.
#
# GUD=PROGRAM  the program; .build/release/gud by default. `gud-figures`, which `make build` makes too, stands beside it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

gud=${GUD:-.build/release/gud}
images=Documentation/Images
[[ -x $gud && -x $(dirname "$gud")/gud-figures ]] || fail "there is no $gud, or no gud-figures beside it" "make build"

# plot FILE HEADING ASSIGNMENT…: the schedule of Examples/digits.yaml with some keys changed.
plot() {
    local file=$1 heading=$2 assignments=()
    shift 2
    for assignment in "$@"; do assignments+=(--set "$assignment"); done
    "$gud" schedule plot Examples/digits.yaml --safe-mode --title "$heading" "${assignments[@]}" -o "$images/$file"
}

plot schedule-diffusion.svg "Softness ∞: all components together" schedule.softness=.inf
plot schedule-soft.svg "Softness 0.5: one after the other, with overlap" schedule.softness=0.5
plot schedule-hard.svg "Hard: as little overlap as leaves no dead time" schedule.softness=hard
"$(dirname "$gud")/gud-figures" "$images"
