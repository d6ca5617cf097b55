# SPDX-License-Identifier: BSL-1.0
# Everything goes to share/, and the version file is ARCH_INDEPENDENT: nothing of it is compiled. (compiled.cmake installs
# what is.)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

option(FLOWLOG_PACKAGE_DEB "Prepare Debian packages for cpack: scripts/package.sh deb" OFF)
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
    install(TARGETS flowlog_cli COMPONENT command)
endif()

# The command writes its manual pages and completions itself.
if(TARGET flowlog_cli AND NOT CMAKE_CROSSCOMPILING)
    set(written ${PROJECT_BINARY_DIR}/manual)
    add_custom_command(
        OUTPUT ${written}/fish
        COMMAND sh ${PROJECT_SOURCE_DIR}/cmake/manual.sh $<TARGET_FILE:flowlog_cli> ${written}
        DEPENDS flowlog_cli ${PROJECT_SOURCE_DIR}/cmake/manual.sh
        VERBATIM
    )
    add_custom_target(flowlog_manual ALL DEPENDS ${written}/fish)
    set(zsh_folder site-functions)
    if(FLOWLOG_PACKAGE_DEB)
        set(zsh_folder vendor-completions)
    endif()
    set(share ${CMAKE_INSTALL_DATAROOTDIR})
    install(DIRECTORY ${written}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT command)
    install(FILES ${written}/bash DESTINATION ${share}/bash-completion/completions RENAME flowlog COMPONENT command)
    install(FILES ${written}/zsh DESTINATION ${share}/zsh/${zsh_folder} RENAME _flowlog COMPONENT command)
    install(FILES ${written}/fish DESTINATION ${share}/fish/vendor_completions.d RENAME flowlog.fish COMPONENT command)
endif()
