#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# wheel.sh WHEEL: tests the wheel in a new environment without a network: the command, and the module; its tables of Arrow
# with the pyarrow of build/stores, if that is there (scripts/install-packages.sh stores).
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
wheel=$(realpath "$1")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
stores=$(cd "$here/../.." && pwd)/build/stores

python3 -m venv "$room/venv"
python=$room/venv/bin/python
from=$(date +%s.%N)
"$python" -m pip install --quiet --disable-pip-version-check --no-index "$wheel"
(cd "$data" && "$room/venv/bin/flowlog" "${question[@]}") >"$room/out"
has_answer "$room/out"
ok "installed and answers after $(seconds_since "$from") s"
(cd "$data" && "$python" -m flowlog_cli "${question[@]}") >"$room/out"
has_answer "$room/out"
ok "python -m flowlog_cli"

"$python" "$here/wheel.py" "$data"
if [ -x "$stores/bin/python" ]; then
    PYTHONPATH=$(echo "$stores"/lib/python3*/site-packages) "$python" "$here/wheel.py" "$data" WithArrow
else
    echo "skip  tables of Arrow: scripts/install-packages.sh stores"
fi

# pip install --target, as tools do that bundle programs
"$python" -m pip install --quiet --disable-pip-version-check --no-index --target "$room/target" "$wheel"
PYTHONPATH=$room/target python3 -c 'import flowlog_cli; print(flowlog_cli.find_flowlog())' >"$room/out"
says "$room/out" "$room/target/bin/flowlog"
ok "pip install --target"
