# SPDX-License-Identifier: BSL-1.0
# Optional components: a target, its headers and what they need. flowlog::flowlog knows nothing of
# them.
#
#     flowlog_component(<name> HEADERS <file>… LINK <target>… PACKAGES <package>…
#                       [DEFINITIONS <definition>…])
#
# makes flowlog::<name> where FLOWLOG_WITH_<NAME> is on. An installed flowlog finds the packages again
# where it is asked for the component: find_package(flowlog COMPONENTS <name>).
list(PREPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake/modules)

function(flowlog_component name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LINK;PACKAGES;DEFINITIONS")
    set_property(GLOBAL APPEND PROPERTY FLOWLOG_COMPONENT_HEADERS ${arg_HEADERS})
    string(TOUPPER FLOWLOG_WITH_${name} option)
    if(NOT ${option})
        return()
    endif()
    set_property(GLOBAL APPEND PROPERTY FLOWLOG_COMPONENTS ${name})

    set(target flowlog_${name})
    add_library(${target} INTERFACE)
    add_library(flowlog::${name} ALIAS ${target})
    target_link_libraries(${target} INTERFACE flowlog ${arg_LINK})
    target_compile_definitions(${target} INTERFACE ${arg_DEFINITIONS})
    target_sources(
        ${target}
        INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${arg_HEADERS}
    )
    set_target_properties(
        ${target} PROPERTIES
        EXPORT_NAME ${name}
        VERIFY_INTERFACE_HEADER_SETS ${FLOWLOG_BUILD_TESTS}
    )

    if(FLOWLOG_INSTALL)
        include(GNUInstallDirs)
        set(package_dir ${CMAKE_INSTALL_DATAROOTDIR}/cmake/flowlog)
        install(TARGETS ${target} EXPORT flowlog-${name}-targets FILE_SET HEADERS)
        install(EXPORT flowlog-${name}-targets NAMESPACE flowlog:: DESTINATION ${package_dir})
        set(config ${CMAKE_CURRENT_BINARY_DIR}/flowlog-${name}.cmake)
        configure_file(${PROJECT_SOURCE_DIR}/cmake/component.cmake.in ${config} @ONLY)
        install(FILES ${config} DESTINATION ${package_dir})
        foreach(package IN LISTS arg_PACKAGES)
            set(module ${PROJECT_SOURCE_DIR}/cmake/modules/Find${package}.cmake)
            if(EXISTS ${module})
                install(FILES ${module} DESTINATION ${package_dir})
            endif()
        endforeach()
    endif()
endfunction()

set(suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
if(FLOWLOG_LINK STREQUAL quick)
    list(PREPEND CMAKE_FIND_LIBRARY_SUFFIXES ${CMAKE_STATIC_LIBRARY_SUFFIX})
elseif(FLOWLOG_LINK STREQUAL static)
    set(CMAKE_FIND_LIBRARY_SUFFIXES ${CMAKE_STATIC_LIBRARY_SUFFIX})
endif()

# As find_package, with the module of this folder where there is one: what a package manager makes, such as Conan, has other
# targets.
macro(flowlog_find package)
    if(EXISTS ${PROJECT_SOURCE_DIR}/cmake/modules/Find${package}.cmake)
        find_package(${package} ${ARGN} MODULE)
    else()
        find_package(${package} ${ARGN})
    endif()
endmacro()

# Looks for packages where the components default to on: in flowlog's own build.
macro(flowlog_look_for)
    if(PROJECT_IS_TOP_LEVEL)
        foreach(package IN ITEMS ${ARGN})
            flowlog_find(${package} QUIET)
        endforeach()
    endif()
endmacro()

# Every header that belongs to a component, built or not.
define_property(GLOBAL PROPERTY FLOWLOG_COMPONENT_HEADERS)

# gzip and zlib streams: Intel's ISA-L, or, slower, zlib.
flowlog_look_for(ISAL ZLIB)
if(ISAL_FOUND OR ZLIB_FOUND)
    set(found ON)
else()
    set(found OFF)
endif()
option(FLOWLOG_WITH_GZIP "The component flowlog::gzip (ISA-L or zlib)" ${found})
if(FLOWLOG_WITH_GZIP)
    flowlog_find(ISAL QUIET)
    flowlog_find(ZLIB QUIET)
endif()
if(ISAL_FOUND OR NOT ZLIB_FOUND)
    set(found isal)
else()
    set(found zlib)
endif()
set(FLOWLOG_GZIP_LIBRARY ${found} CACHE STRING "What flowlog::gzip decodes with: isal or zlib")
set_property(CACHE FLOWLOG_GZIP_LIBRARY PROPERTY STRINGS isal zlib)
if(FLOWLOG_GZIP_LIBRARY STREQUAL isal)
    set(package ISAL)
    set(library ISAL::isal)
    set(definition FLOWLOG_GZIP_ISAL=1)
else()
    set(package ZLIB)
    set(library ZLIB::ZLIB)
    set(definition FLOWLOG_GZIP_ISAL=0)
endif()
if(FLOWLOG_WITH_GZIP)
    flowlog_find(${package} REQUIRED)
endif()
flowlog_component(
    gzip
    HEADERS
        include/flowlog/output/gzip.hpp
        include/flowlog/source/detail/inflate_${FLOWLOG_GZIP_LIBRARY}.hpp
        include/flowlog/source/gzip.hpp
    LINK ${library}
    PACKAGES ${package}
    DEFINITIONS ${definition}
)
set_property(
    GLOBAL APPEND
    PROPERTY FLOWLOG_COMPONENT_HEADERS
             include/flowlog/source/detail/inflate_isal.hpp
             include/flowlog/source/detail/inflate_zlib.hpp
)
if(FLOWLOG_INSTALL AND FLOWLOG_WITH_GZIP) # who compiles without CMake may take the other library
    include(GNUInstallDirs)
    install(
        FILES include/flowlog/source/detail/inflate_isal.hpp include/flowlog/source/detail/inflate_zlib.hpp
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/flowlog/source/detail
    )
endif()

# Regular expressions in filters, in linear time.
flowlog_look_for(RE2)
if(RE2_FOUND)
    set(found ON)
else()
    set(found OFF)
endif()
option(FLOWLOG_WITH_RE2 "The component flowlog::re2" ${found})
if(FLOWLOG_WITH_RE2)
    flowlog_find(RE2 REQUIRED)
endif()
flowlog_component(re2 HEADERS include/flowlog/query/re2.hpp LINK RE2::RE2 PACKAGES RE2)

# The compressions of nfdump's blocks; zstd and bzip2 also for whole files.
#
#     flowlog_codec(<name> <package> <target> [<more headers>…])
function(flowlog_codec name package target)
    flowlog_look_for(${package})
    if(${package}_FOUND)
        set(found ON)
    else()
        set(found OFF)
    endif()
    string(TOUPPER FLOWLOG_WITH_${name} option)
    option(${option} "The component flowlog::${name}" ${found})
    if(${option})
        flowlog_find(${package} REQUIRED)
    endif()
    flowlog_component(
        ${name} HEADERS include/flowlog/source/${name}.hpp ${ARGN} LINK ${target} PACKAGES ${package}
    )
endfunction()

flowlog_codec(bzip2 BZip2 BZip2::BZip2)
flowlog_codec(lz4 LZ4 LZ4::lz4)
flowlog_codec(lzo LZO LZO::lzo)
flowlog_codec(zstd ZSTD ZSTD::zstd include/flowlog/output/zstd.hpp)

set(CMAKE_FIND_LIBRARY_SUFFIXES ${suffixes})
