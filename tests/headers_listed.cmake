# SPDX-License-Identifier: BSL-1.0
# cmake -D include_dir=… -D listed=… -P headers_listed.cmake
file(GLOB_RECURSE found RELATIVE ${include_dir} ${include_dir}/*.hpp)
list(REMOVE_ITEM found ${listed})
if(found)
    list(JOIN found "\n  " found)
    message(FATAL_ERROR "not in the header list of CMakeLists.txt:\n  ${found}")
endif()
