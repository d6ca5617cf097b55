#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# run.sh FLOWLOG [CASE…]: reads objects of a real S3 server, versitygw, with the command. Exits with 77 if the server or
# pyarrow is missing: scripts/install-packages.sh store-tests installs both.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
python="$here/../../build/stores/bin/python"
versitygw="$here/../../build/stores/bin/versitygw"
flowlog=$1
shift
if [[ ! -x $python || ! -x $versitygw ]]; then
    echo "no versitygw or no pyarrow: skipped" >&2
    exit 77
fi
exec "$python" "$here/stores.py" "$flowlog" "$versitygw" "$@"
