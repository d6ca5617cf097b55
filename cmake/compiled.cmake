# SPDX-License-Identifier: BSL-1.0
# flowlog::compiled: the same headers, and a library that holds what is expensive to compile and the same in every
# program: `open`, `log`, and `run` for the library's own aggregators. FLOWLOG_COMPILED makes headers declare those
# instantiations `extern`; the files in src/ define them. A program links flowlog::compiled in place of flowlog::flowlog
# and changes nothing else.
option(FLOWLOG_WITH_COMPILED "The library flowlog::compiled" ${PROJECT_IS_TOP_LEVEL})

if(FLOWLOG_WITH_COMPILED)
    add_library(flowlog_compiled src/groups.cpp src/log.cpp src/other_ports.cpp src/ports.cpp src/tags.cpp)
    add_library(flowlog::compiled ALIAS flowlog_compiled)
    target_link_libraries(flowlog_compiled PUBLIC flowlog)
    target_compile_definitions(flowlog_compiled PUBLIC FLOWLOG_COMPILED)
    set_target_properties(
        flowlog_compiled PROPERTIES
        EXPORT_NAME compiled
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    )
    # The programs of this repository link it, so that they are built sooner.
    set(flowlog_library flowlog::compiled)

    if(FLOWLOG_INSTALL)
        include(GNUInstallDirs)
        set(package_dir ${CMAKE_INSTALL_DATAROOTDIR}/cmake/flowlog)
        install(TARGETS flowlog_compiled EXPORT flowlog-compiled-targets)
        install(EXPORT flowlog-compiled-targets NAMESPACE flowlog:: DESTINATION ${package_dir})
        set(config ${CMAKE_CURRENT_BINARY_DIR}/flowlog-compiled.cmake)
        configure_file(cmake/compiled.cmake.in ${config} @ONLY)
        install(FILES ${config} DESTINATION ${package_dir})
        configure_file(cmake/flowlog-compiled.pc.in flowlog-compiled.pc @ONLY)
        install(
            FILES ${CMAKE_CURRENT_BINARY_DIR}/flowlog-compiled.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        )
    endif()
else()
    set(flowlog_library flowlog::flowlog)
endif()
