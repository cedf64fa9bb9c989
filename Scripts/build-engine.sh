#!/usr/bin/env bash
# Scripts/build-engine.sh TORCH_DIR OUT: compiles the tensor engine against an installed LibTorch.
#
#   TORCH_DIR  the folder with LibTorch's include/ and lib/: the package "torch" of a Python installation, or an unpacked libtorch
#   OUT        the library to write, for example .engine/libgud_tensor_engine.so
#
# Nothing is compiled where the sources, LibTorch, the compiler and this script are those of the last time.
# CXX=PROGRAM  the compiler; g++ by default.
caller=$PWD
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
(($# == 2)) || fail "two arguments are wanted: TORCH_DIR OUT"

absolute() { [[ $1 == /* ]] && printf '%s\n' "$1" || printf '%s/%s\n' "$caller" "$1"; }
torch=$(absolute "$1")
out=$(absolute "$2")
compiler=${CXX:-g++}
headers=Sources/CTensorEngine/include
sources=Sources/CTensorEngine/LibTorch

for file in include/ATen/ATen.h lib/libtorch_cpu.so lib/libc10.so; do
    [[ -e $torch/$file ]] || fail "'$torch' is not an installed torch: it has no $file; give the folder with its include/ and lib/"
done
command -v "$compiler" >/dev/null || fail "there is no compiler '$compiler'" "sudo apt-get install -y g++" "make setup"

# A Python package says its version in version.py, an unpacked libtorch in build-version; both with the device they are for.
version=$(sed -nE "s/^__version__ = '(.*)'/\1/p" "$torch/version.py" 2>/dev/null || cat "$torch/build-version" 2>/dev/null || true)

stamp=$(
    {
        cat "$sources"/* "$headers"/*.h | sha256sum
        sha256sum <Scripts/build-engine.sh
        "$compiler" --version
        printf '%s\n' "$torch" "$version"
    } | sha256sum
)
if [[ -f $out && -f $out.stamp && $(<"$out.stamp") == "$stamp" ]]; then
    say "the tensor engine is up to date"
    exit
fi

say "compiling the tensor engine against LibTorch ${version:-of unknown version} (about 30 seconds)"
mkdir -p "$(dirname "$out")"
part=$out.$$.part
trap 'rm -f "$part"' EXIT
"$compiler" -std=c++20 -O3 -fno-math-errno -fno-trapping-math -fPIC -shared -fvisibility=hidden -I "$headers" \
    -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include" "$sources/engine.cpp" -o "$part" \
    -L "$torch/lib" -ltorch_cpu -lc10 -ldl -Wl,--no-undefined "-Wl,-rpath,$torch/lib" \
    || fail "the tensor engine does not compile against LibTorch ${version:-of unknown version} in '$torch'; GUD is tested with 2.13.0"
mv "$part" "$out"
printf '%s\n' "$stamp" >"$out.stamp"
