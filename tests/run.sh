#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# run.sh [PRESET…]: installs what is missing, then configures, builds and tests each preset (default: dev).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=tests
case " $* " in *' clang '* | *' asan '*) packages=ci ;; esac
scripts/install-packages.sh "$packages"

for preset in "${@:-dev}"; do
    echo "== Building and testing the preset $preset in build/$preset"
    cmake --preset "$preset"
    SECONDS=0
    cmake --build --preset "$preset"
    echo "== Built $preset in $SECONDS s"
    SECONDS=0
    ctest --preset "$preset" --parallel "$(nproc)"
    echo "== Tested $preset in $SECONDS s"
done
