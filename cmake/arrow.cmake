# SPDX-License-Identifier: BSL-1.0
# flowlog::arrow: object stores and Parquet, by Apache Arrow. A shared library, libflowlog_arrow, whose interface is C
# (include/flowlog/detail/arrow_module.hpp). A program links flowlog::arrow; the command flowlog does not: it loads the
# library from lib/flowlog/ beside its own folder when it first needs it.
set(FLOWLOG_ARROW_FOUND OFF)
if(PROJECT_IS_TOP_LEVEL OR FLOWLOG_WITH_ARROW)
    include(cmake/modules/FlowlogArrow.cmake)
endif()
# FLOWLOG_WITH_ARROW, if it is not given, is not kept in the cache: Arrow may be installed before the next configuration.
if(NOT DEFINED FLOWLOG_WITH_ARROW)
    set(FLOWLOG_WITH_ARROW ${FLOWLOG_ARROW_FOUND})
endif()

set(headers
    include/flowlog/format/parquet.hpp
    include/flowlog/format/parquet/arrays.hpp
    include/flowlog/format/parquet/columns.hpp
    include/flowlog/format/parquet/decode.hpp
    include/flowlog/format/parquet/describe.hpp
    include/flowlog/format/parquet/file.hpp
    include/flowlog/format/parquet/prune.hpp
    include/flowlog/format/parquet/reader.hpp
    include/flowlog/output/detail/distinct_texts.hpp
    include/flowlog/output/detail/parquet_column.hpp
    include/flowlog/output/parquet.hpp
    include/flowlog/source/arrow_module.hpp
    include/flowlog/source/arrow_store.hpp
)
set_property(GLOBAL APPEND PROPERTY FLOWLOG_COMPONENT_HEADERS ${headers})

if(FLOWLOG_WITH_ARROW)
    if(NOT FLOWLOG_ARROW_FOUND)
        message(
            FATAL_ERROR
                "FLOWLOG_WITH_ARROW is on, but Apache Arrow was not found, neither as a package nor inside pyarrow. "
                "scripts/install-packages.sh stores installs it; or set Arrow_DIR and Parquet_DIR, or FLOWLOG_PYARROW_ROOT."
        )
    endif()
    add_library(
        flowlog_arrow SHARED
        src/arrow/gzip_pages.cpp
        src/arrow/module.cpp
        src/arrow/parquet.cpp
        src/arrow/parquet_writer.cpp
        src/arrow/s3.cpp
        src/arrow/store.cpp
    )
    add_library(flowlog::arrow ALIAS flowlog_arrow)
    target_link_libraries(
        flowlog_arrow
        PUBLIC flowlog
        PRIVATE flowlog_apache_arrow
    )
    if(TARGET ISAL::isal)
        target_link_libraries(flowlog_arrow PRIVATE ISAL::isal)
        target_compile_definitions(flowlog_arrow PRIVATE FLOWLOG_ARROW_ISAL=1)
    endif()
    target_sources(
        flowlog_arrow
        PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers}
    )
    target_compile_definitions(flowlog_arrow INTERFACE FLOWLOG_ARROW_LINKED)
    set_target_properties(
        flowlog_arrow PROPERTIES
        EXPORT_NAME arrow
        LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/flowlog
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        INSTALL_RPATH "$ORIGIN"
        INSTALL_RPATH_USE_LINK_PATH ON
    )
    if(FLOWLOG_INSTALL)
        include(GNUInstallDirs)
        set(package_dir ${CMAKE_INSTALL_DATAROOTDIR}/cmake/flowlog)
        install(
            TARGETS flowlog_arrow EXPORT flowlog-arrow-targets
            LIBRARY DESTINATION lib/flowlog
            FILE_SET HEADERS
        )
        install(EXPORT flowlog-arrow-targets NAMESPACE flowlog:: DESTINATION ${package_dir})
        set(config ${CMAKE_CURRENT_BINARY_DIR}/flowlog-arrow.cmake)
        configure_file(cmake/arrow.cmake.in ${config} @ONLY)
        install(FILES ${config} DESTINATION ${package_dir})
        # Libraries that are in no package go with it, so that what is installed does not depend on this folder.
        install(FILES ${FLOWLOG_ARROW_LIBRARIES} DESTINATION lib/flowlog)
    endif()
endif()
