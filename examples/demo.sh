#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Installs what is missing, builds the command flowlog, and tags and counts the flow log in examples/data.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-packages.sh demo

echo "== Building the command flowlog in build/cli"
cmake --preset cli
cmake --build --preset cli

echo "== flowlog tag examples/data/flow_logs.txt --lookup examples/data/lookup_table.csv --out build/demo"
build/cli/examples/flowlog tag examples/data/flow_logs.txt \
    --lookup examples/data/lookup_table.csv --out build/demo

echo "== The results are in $PWD/build/demo:"
ls -l build/demo
