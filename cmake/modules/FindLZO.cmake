# SPDX-License-Identifier: BSL-1.0
# LZO, which comes without a CMake package: LZO_FOUND and the target LZO::lzo.
find_path(LZO_INCLUDE_DIR lzo/lzo1x.h)
find_library(LZO_LIBRARY NAMES lzo2)
mark_as_advanced(LZO_INCLUDE_DIR LZO_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LZO REQUIRED_VARS LZO_LIBRARY LZO_INCLUDE_DIR)

if(LZO_FOUND AND NOT TARGET LZO::lzo)
    add_library(LZO::lzo UNKNOWN IMPORTED)
    set_target_properties(
        LZO::lzo PROPERTIES
        IMPORTED_LOCATION "${LZO_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${LZO_INCLUDE_DIR}"
    )
endif()
