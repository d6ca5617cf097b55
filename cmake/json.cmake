# SPDX-License-Identifier: BSL-1.0
# flowlog::json: flow logs in JSON, by simdjson. A static library whose interface is include/flowlog/format/json.hpp;
# simdjson is in none of flowlog's headers. Debian has it as libsimdjson-dev.
flowlog_look_for(simdjson)
if(simdjson_FOUND)
    set(found ON)
else()
    set(found OFF)
endif()
option(FLOWLOG_WITH_JSON "The component flowlog::json (simdjson)" ${found})

set(headers include/flowlog/format/json.hpp)
set_property(GLOBAL APPEND PROPERTY FLOWLOG_COMPONENT_HEADERS ${headers})

if(FLOWLOG_WITH_JSON)
    find_package(simdjson QUIET CONFIG)
    if(NOT simdjson_FOUND)
        message(
            FATAL_ERROR
                "FLOWLOG_WITH_JSON is on, but simdjson was not found. Install libsimdjson-dev (Debian, Ubuntu), or simdjson with "
                "vcpkg or conan, or set simdjson_DIR; or turn FLOWLOG_WITH_JSON off."
        )
    endif()
    add_library(
        flowlog_json STATIC
        src/json/azure.cpp
        src/json/events.cpp
        src/json/google.cpp
        src/json/job.cpp
        src/json/kinds.cpp
        src/json/member_names.cpp
        src/json/messages.cpp
        src/json/parser.cpp
        src/json/reader.cpp
        src/json/rows.cpp
        src/json/splitter.cpp
        src/json/value.cpp
    )
    add_library(flowlog::json ALIAS flowlog_json)
    target_link_libraries(
        flowlog_json
        PUBLIC flowlog
        PRIVATE simdjson::simdjson
    )
    target_compile_definitions(flowlog_json PUBLIC FLOWLOG_JSON=1)
    target_sources(
        flowlog_json
        PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers}
    )
    set_target_properties(
        flowlog_json PROPERTIES
        EXPORT_NAME json
        POSITION_INDEPENDENT_CODE ON
        VERIFY_INTERFACE_HEADER_SETS ${FLOWLOG_BUILD_TESTS}
    )
    set_property(GLOBAL APPEND PROPERTY FLOWLOG_COMPONENTS json)
    if(FLOWLOG_INSTALL)
        include(GNUInstallDirs)
        set(package_dir ${CMAKE_INSTALL_DATAROOTDIR}/cmake/flowlog)
        install(TARGETS flowlog_json EXPORT flowlog-json-targets FILE_SET HEADERS)
        install(EXPORT flowlog-json-targets NAMESPACE flowlog:: DESTINATION ${package_dir})
        set(config ${CMAKE_CURRENT_BINARY_DIR}/flowlog-json.cmake)
        configure_file(cmake/json.cmake.in ${config} @ONLY)
        install(FILES ${config} DESTINATION ${package_dir})
    endif()
endif()
