# SPDX-License-Identifier: BSL-1.0
"""Gives the wheel its platforms. The command needs no library of the system, so it runs on every Linux with this processor,
whatever the C library: the tags are those of the oldest that pip still knows (the wheels of ziglang do the same)."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformTag(BuildHookInterface):
    def initialize(self, version, build_data):
        platforms = ("manylinux_2_17_{0}", "manylinux2014_{0}", "musllinux_1_1_{0}")
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + ".".join(platforms).format(os.environ["FLOWLOG_ARCH"])
