# SPDX-License-Identifier: BSL-1.0
# An overlay port: it installs the tree that it is in (vcpkg install flowlog --overlay-ports=cmake/ports). It was written after
# ports of other libraries, and has not been run: there is no vcpkg where flowlog is tested.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(VCPKG_BUILD_TYPE release)

vcpkg_check_features(
    OUT_FEATURE_OPTIONS feature_options
    FEATURES
        bzip2 FLOWLOG_WITH_BZIP2
        cli FLOWLOG_BUILD_CLI
        compiled FLOWLOG_WITH_COMPILED
        gzip FLOWLOG_WITH_GZIP
        json FLOWLOG_WITH_JSON
        lz4 FLOWLOG_WITH_LZ4
        lzo FLOWLOG_WITH_LZO
        re2 FLOWLOG_WITH_RE2
        zstd FLOWLOG_WITH_ZSTD
)
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${feature_options}
        -DFLOWLOG_BUILD_TESTS=OFF
        -DFLOWLOG_BUILD_EXAMPLES=OFF
        -DFLOWLOG_GZIP_LIBRARY=zlib
        -DFLOWLOG_INSTALL=ON
        -DFLOWLOG_WITH_ARROW=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/flowlog)
vcpkg_fixup_pkgconfig()
if("cli" IN_LIST FEATURES)
    vcpkg_copy_tools(TOOL_NAMES flowlog AUTO_CLEAN)
endif()
if(NOT "compiled" IN_LIST FEATURES AND NOT "json" IN_LIST FEATURES)
    file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib")
endif()

file(INSTALL "${CURRENT_PORT_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
