# SPDX-License-Identifier: BSL-1.0
# Installs flowlog below the build tree and builds tests/package against it, and against the source tree.
set(prefix ${CMAKE_CURRENT_BINARY_DIR}/package/prefix)

add_test(NAME package.clean COMMAND ${CMAKE_COMMAND} -E rm -rf ${prefix})
add_test(
    NAME package.install
    COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${prefix}
)
set_tests_properties(package.clean PROPERTIES FIXTURES_SETUP clean)
set_tests_properties(package.install PROPERTIES FIXTURES_SETUP installed FIXTURES_REQUIRED clean)

# A library that was built with a sanitizer needs it in the program, too.
string(TOUPPER "CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}" flags)
string(REGEX MATCH "-fsanitize=[^ ]+" sanitizer "${CMAKE_CXX_FLAGS} ${${flags}}")

function(flowlog_package_test from)
    add_test(
        NAME package.${from}
        COMMAND
            ${CMAKE_CTEST_COMMAND}
            --build-and-test ${PROJECT_SOURCE_DIR}/tests/package ${CMAKE_CURRENT_BINARY_DIR}/package/${from}
            --build-generator ${CMAKE_GENERATOR}
            --build-options
                -DFLOWLOG_FROM=${from}
                ${ARGN}
                -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
                -DCMAKE_PREFIX_PATH=${prefix}
                -DCMAKE_CXX_FLAGS=${sanitizer}
            --test-command consumer
    )
    set_tests_properties(
        package.${from}
        PROPERTIES FIXTURES_REQUIRED installed PASS_REGULAR_EXPRESSION "flowlog ${PROJECT_VERSION}\n"
    )
endfunction()

flowlog_package_test(package)
flowlog_package_test(subdirectory)
flowlog_package_test(fetch)
flowlog_package_test(pkg-config)
get_property(components GLOBAL PROPERTY FLOWLOG_COMPONENTS)
if(FLOWLOG_WITH_ARROW)
    list(APPEND components arrow)
endif()
if(components)
    list(JOIN components "," components)
    flowlog_package_test(components -DFLOWLOG_COMPONENTS=${components})
endif()
if(FLOWLOG_WITH_COMPILED)
    flowlog_package_test(compiled)
    flowlog_package_test(pkg-config-compiled)
endif()

# Without a build system, by the lines that the guide to the library has.
add_test(
    NAME package.plain
    COMMAND
        bash ${PROJECT_SOURCE_DIR}/tests/package/plain.sh ${CMAKE_CXX_COMPILER}
        ${CMAKE_CURRENT_BINARY_DIR}/package/plain -fsyntax-only
)
