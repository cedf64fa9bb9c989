#!/usr/bin/env bash
# Scripts/setup.sh [tests]: installs what the build needs, and with 'tests' what the tests need besides. What is there already is
# skipped, so that it can run every time.
#
#   1. checks for Swift 6.3 or newer;
#   2. system libraries and tools, with apt-get;
#   3. a Python environment in .venv with LibTorch (the wheel torch==2.13.0) and what the tests compare against;
#   4. the tensor engine, compiled against that LibTorch into .engine/.
#
# GUD_TORCH=DIR  an installed torch to compile against (the folder with include/ and lib/): torch is then not installed.
# PYTHON=PROGRAM the Python that makes .venv; python3 by default.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

torch_requirement="torch==2.13.0"
python_requirements=(numpy scipy safetensors)
log=.engine/setup.log
purpose=${1:-build}

check_swift() {
    local text version
    command -v swift >/dev/null || fail "there is no 'swift' on the PATH; install Swift 6.3 or newer from https://www.swift.org/install"
    text=$(swift --version 2>&1) || fail "'swift --version' failed: $text"
    version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$text" | head -n 1)
    [[ -n $version ]] || fail "cannot read the version of Swift from: $text"
    if ((${version%.*} < 6 || (${version%.*} == 6 && ${version#*.} < 3))); then
        fail "found Swift $version, but GUD needs 6.3 or newer; get it from https://www.swift.org/install"
    fi
    say "Swift $version"
}

# The Debian packages of what is missing, one a line. What counts is that a thing is there, not who installed it.
missing_packages() {
    command -v make >/dev/null || echo make
    command -v g++ >/dev/null || echo g++
    if command -v pkg-config >/dev/null; then
        pkg-config --exists openblas || echo libopenblas-dev
        pkg-config --exists libpng || echo libpng-dev
        pkg-config --exists libturbojpeg || echo libturbojpeg0-dev
        pkg-config --exists zlib || echo zlib1g-dev
        pkg-config --exists liblzma || echo liblzma-dev
        pkg-config --exists libffi || echo libffi-dev
        pkg-config --exists libcrypto || echo libssl-dev
        pkg-config --exists librsvg-2.0 || echo librsvg2-dev
    else
        printf '%s\n' pkg-config libopenblas-dev libpng-dev libturbojpeg0-dev zlib1g-dev liblzma-dev libffi-dev libssl-dev \
            librsvg2-dev
    fi
    # Pictures of plots hold text, for which librsvg needs a font.
    [[ -n $(find -L /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' -print -quit 2>/dev/null) ]] || echo fonts-dejavu-core
    # For the tests alone: a foreign library to bind by manifest.
    ldconfig -p | grep -q 'libfftw3f\.so\.3' || echo libfftw3-single3
    "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    # A browser that opens the reports.
    if [[ $purpose == tests ]]; then command -v chromium >/dev/null || echo chromium; fi
}

install_packages() {
    local missing as_root=()
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]} == 0)); then
        say "system packages are there"
        return
    fi
    local by_hand=("sudo apt-get update" "sudo apt-get install -y ${missing[*]}" "make setup")
    command -v apt-get >/dev/null \
        || fail "missing: ${missing[*]} (Debian's names); there is no apt-get, so install them with your system's tool"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}; neither root nor sudo is available" "${by_hand[@]}"
        [[ -t 0 ]] || sudo -n true 2>/dev/null \
            || fail "missing: ${missing[*]}; sudo asks for a password, and there is no terminal" "${by_hand[@]}"
        as_root=(sudo)
    fi
    say "installing with apt-get: ${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        fail "apt-get could not install ${missing[*]} (whole output: $log)" "${by_hand[@]}"
    fi
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]} == 0)) || fail "apt-get succeeded, but these are still not found: ${missing[*]}"
}

# Those of the given requirements, NAME or NAME==VERSION, that .venv does not meet.
unmet_requirements() {
    .venv/bin/python - "$@" <<'PYTHON'
import importlib.metadata, sys

for requirement in sys.argv[1:]:
    name, _, version = requirement.partition("==")
    try:
        found = importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        found = None
    if found is None or version not in ("", found):
        print(requirement)
PYTHON
}

install_python() {
    # An environment whose interpreter is gone, or that was cut off while it was made, is made anew.
    if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
        [[ ! -e .venv ]] || say ".venv is broken; making it anew"
        "${PYTHON:-python3}" -m venv --clear .venv >"$log" 2>&1 \
            || { tail -n 5 "$log" >&2; fail "cannot make the Python environment .venv (whole output: $log)" \
                "rm -rf .venv" "${PYTHON:-python3} -m venv .venv" "make setup"; }
    fi
    local wanted=("${python_requirements[@]}") unmet
    [[ -n ${GUD_TORCH:-} ]] || wanted=("$torch_requirement" "${wanted[@]}")
    mapfile -t unmet < <(unmet_requirements "${wanted[@]}")
    if ((${#unmet[@]} == 0)); then
        say "Python packages are there"
        return
    fi
    say "installing into .venv: ${unmet[*]}"
    [[ ${unmet[*]} != *torch* ]] || say "torch takes about a minute and 0.9 GB on disk"
    if ! .venv/bin/python -m pip install --disable-pip-version-check "${unmet[@]}" >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        fail "pip could not install ${unmet[*]} (whole output: $log)" \
            ".venv/bin/python -m pip install ${unmet[*]}" "make setup" \
            "or, with an installed torch: GUD_TORCH=<the folder with its include/ and lib/> make setup"
    fi
}

torch_directory() {
    if [[ -n ${GUD_TORCH:-} ]]; then
        printf '%s\n' "$GUD_TORCH"
    else
        .venv/bin/python -c 'import importlib.util; print(importlib.util.find_spec("torch").submodule_search_locations[0])'
    fi
}

mkdir -p .engine
# Two set-ups at once would write into the same environment: the second waits.
if command -v flock >/dev/null; then
    exec 9>.engine/lock
    flock -n 9 || { say "waiting for another set-up to finish"; flock 9; }
fi
check_swift
install_packages
install_python
Scripts/build-engine.sh "$(torch_directory)" .engine/libgud_tensor_engine.so
say "done"
