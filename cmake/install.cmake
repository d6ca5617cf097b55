# SPDX-License-Identifier: BSL-1.0
# Everything goes to share/, and the version file is ARCH_INDEPENDENT: nothing of it is compiled. (compiled.cmake installs
# what is.)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_DATAROOTDIR}/cmake/flowlog)

install(TARGETS flowlog EXPORT flowlog-targets FILE_SET HEADERS)
install(EXPORT flowlog-targets NAMESPACE flowlog:: DESTINATION ${package_dir})

configure_package_config_file(
    cmake/flowlog-config.cmake.in
    flowlog-config.cmake
    INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(
    flowlog-config-version.cmake
    COMPATIBILITY SameMinorVersion
    ARCH_INDEPENDENT
)
install(
    FILES
        ${CMAKE_CURRENT_BINARY_DIR}/flowlog-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/flowlog-config-version.cmake
    DESTINATION ${package_dir}
)

file(
    RELATIVE_PATH
    pkg_config_prefix
    /${CMAKE_INSTALL_DATAROOTDIR}/pkgconfig
    /
)
configure_file(cmake/flowlog.pc.in flowlog.pc @ONLY)
install(
    FILES ${CMAKE_CURRENT_BINARY_DIR}/flowlog.pc
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/pkgconfig
)

if(TARGET flowlog_cli)
    install(TARGETS flowlog_cli)
endif()
