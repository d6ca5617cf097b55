#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# conan.sh CONAN FOLDER: makes the Conan package of this tree, header-only and with each component, and builds tests/package against it. Boost and the
# libraries of components are the system's, as Debian 12 has them.
set -euo pipefail
conan=$(realpath "$1")
mkdir -p "$2"
CONAN_HOME=$(realpath "$2")/conan-home
export CONAN_HOME
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p "$CONAN_HOME/profiles"
# what Conan leaves in the test package
trap 'rm -rf tests/package/build tests/package/CMakeUserPresets.json' EXIT
compiler=${CXX:-g++-12}
cat >"$CONAN_HOME/profiles/default" <<END
[settings]
os=Linux
arch=$(uname -m | sed 's/aarch64/armv8/')
compiler=gcc
compiler.version=$("$compiler" -dumpversion | cut -d . -f 1)
compiler.libcxx=libstdc++11
compiler.cppstd=20
build_type=Release

[platform_requires]
boost/1.81.0
bzip2/1.0.8
lz4/1.9.4
lzo/2.10
re2/20220601
simdjson/3.0.1
zlib/1.2.13
zstd/1.5.4

[conf]
tools.build:compiler_executables={"cpp": "$(command -v "$compiler")"}
tools.cmake.cmaketoolchain:generator=Ninja
END

create() {
    echo "== conan create . $*"
    "$conan" create . "$@" >"$CONAN_HOME/log" 2>&1 || { cat "$CONAN_HOME/log"; return 1; }
    grep -qx 'flowlog [0-9.]*' "$CONAN_HOME/log" || { cat "$CONAN_HOME/log"; echo "the test package did not run"; return 1; }
}

create
# the test package links each component that an option names
create -o 'flowlog/*:with_gzip=True' -o 'flowlog/*:with_zstd=True' -o 'flowlog/*:with_bzip2=True' -o 'flowlog/*:with_lz4=True' \
    -o 'flowlog/*:with_lzo=True' -o 'flowlog/*:with_re2=True'
create -o 'flowlog/*:with_json=True'
create -o 'flowlog/*:with_compiled=True'
