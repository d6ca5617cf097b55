# SPDX-License-Identifier: BSL-1.0
# RE2, with or without a CMake package of its own: RE2_FOUND and the target RE2::RE2.
find_package(re2 QUIET CONFIG)
if(TARGET re2::re2)
    set(RE2_LIBRARY re2::re2)
    set(RE2_INCLUDE_DIR ${re2_DIR})
else()
    find_path(RE2_INCLUDE_DIR re2/re2.h)
    find_library(RE2_LIBRARY NAMES re2)
    mark_as_advanced(RE2_INCLUDE_DIR RE2_LIBRARY)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RE2 REQUIRED_VARS RE2_LIBRARY RE2_INCLUDE_DIR)

if(RE2_FOUND AND NOT TARGET RE2::RE2)
    if(TARGET re2::re2)
        add_library(RE2::RE2 INTERFACE IMPORTED)
        set_target_properties(RE2::RE2 PROPERTIES INTERFACE_LINK_LIBRARIES re2::re2)
    else()
        find_package(Threads REQUIRED)
        add_library(RE2::RE2 UNKNOWN IMPORTED)
        set_target_properties(
            RE2::RE2 PROPERTIES
            IMPORTED_LOCATION "${RE2_LIBRARY}"
            INTERFACE_INCLUDE_DIRECTORIES "${RE2_INCLUDE_DIR}"
            INTERFACE_LINK_LIBRARIES Threads::Threads
        )
    endif()
endif()
