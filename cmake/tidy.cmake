# SPDX-License-Identifier: BSL-1.0
include(${CMAKE_CURRENT_LIST_DIR}/clang.cmake)
find_program(
    FLOWLOG_CLANG_TIDY
    NAMES clang-tidy-21 clang-tidy-20 clang-tidy-19 clang-tidy-18 clang-tidy-17 clang-tidy-16 clang-tidy
    REQUIRED
)
set(CMAKE_CXX_CLANG_TIDY ${FLOWLOG_CLANG_TIDY})
