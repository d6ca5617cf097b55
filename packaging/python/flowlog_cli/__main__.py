# SPDX-License-Identifier: BSL-1.0
"""python -m flowlog_cli is the command flowlog."""

import os
import sys

from flowlog_cli import find_flowlog

if __name__ == "__main__":
    os.execv(find_flowlog(), ["flowlog", *sys.argv[1:]])
