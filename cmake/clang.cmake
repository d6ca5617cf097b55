# SPDX-License-Identifier: BSL-1.0
# The newest clang that is installed. Debian 12's default, 14, cannot compile <ranges> of GCC 12.
find_program(
    FLOWLOG_CLANG
    NAMES clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16 clang++
    REQUIRED
)
set(CMAKE_CXX_COMPILER ${FLOWLOG_CLANG})
