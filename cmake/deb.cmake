# SPDX-License-Identifier: BSL-1.0
# Two Debian packages, as Debian divides such a project: `flowlog` is the command, with manual pages and completions;
# `libflowlog-dev` is what programs are compiled with. scripts/package.sh deb makes them.
if(NOT FLOWLOG_PACKAGE_DEB)
    return()
endif()

# Copyright and changelog, which each package has to have.
set(maintainer "The flowlog authors <flowlog@example.org>")
set(generated ${PROJECT_BINARY_DIR}/deb)
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n([^\n])" "\n \\1" license "\n${license}")
set(head "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: flowlog\n")
set(body "\nFiles: *\nCopyright: 2026 The flowlog authors\nLicense: BSL-1.0${license}")
set(command_comment
    "Comment: The source of flowlog has the Boost Software License. The command\n is linked with liblzo2, which has the GNU General Public License, version 2\n or any later version, and with simdjson, which has the Apache License 2.0.\n So as a whole it is distributed under the GNU General Public License,\n version 3 or any later version.\n"
)
file(WRITE ${generated}/command/copyright "${head}${command_comment}${body}")
file(WRITE ${generated}/development/copyright "${head}${body}")
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(
    WRITE ${generated}/changelog
    "flowlog (${PROJECT_VERSION}) unstable; urgency=medium\n\n  * The changes are in CHANGELOG.md of the source.\n\n -- ${maintainer}  ${today}\n"
)
execute_process(COMMAND gzip -9nf ${generated}/changelog COMMAND_ERROR_IS_FATAL ANY)
foreach(component IN ITEMS command development)
    if(component STREQUAL command)
        set(package flowlog)
    else()
        set(package libflowlog-dev)
    endif()
    install(
        FILES ${generated}/${component}/copyright ${generated}/changelog.gz
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package}
        COMPONENT ${component}
    )
endforeach()

# Debian strips static libraries, too.
install(
    CODE "file(GLOB libraries \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/*.a\")
          execute_process(
              COMMAND \"${CMAKE_STRIP}\" --strip-debug --remove-section=.comment --remove-section=.note \${libraries}
              COMMAND_ERROR_IS_FATAL ANY
          )"
    COMPONENT development
)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME flowlog)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${maintainer}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL command development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME flowlog)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION net)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS tzdata) # for --tz Europe/Berlin
set(CPACK_DEBIAN_COMMAND_DESCRIPTION
    "counts, ranks, filters and converts network flow logs
flowlog reads the flow logs of clouds (AWS VPC, Google Cloud, Azure and others)
as text or JSON, and archives of flow-tools, flowd and nfdump, compressed or
not. It prints who sends most to whom and which services are used, groups and
filters flows, joins both directions of connections, draws graphs, compares
logs, and converts from each format to others."
)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libflowlog-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# what the headers include; in Debian 12, libboost-dev is too old
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libboost1.81-dev | libboost1.83-dev | libboost1.88-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS
    "libbz2-dev, libisal-dev, liblz4-dev, liblzo2-dev, libre2-dev, libsimdjson-dev, libzstd-dev"
)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "library for network flow logs, in C++20 (headers)
flowlog is a header-only library that reads network flow logs of clouds and of
NetFlow tools as ranges of records, filters and groups them, with all
processors, and writes results.
.
This package has the headers, the optional libraries flowlog::compiled and
flowlog::json, and files for CMake and pkg-config. Components such as
flowlog::zstd need the packages that are suggested."
)
include(CPack)
