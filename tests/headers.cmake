# SPDX-License-Identifier: BSL-1.0
# What holds for the headers as a whole, and not for any one of them.
get_target_property(headers flowlog HEADER_SET)
list(TRANSFORM headers REPLACE "^.*include/(flowlog/)" "\\1")

# Every header on disk is in the published list or in that of a component, and so is installed and compiled alone.
get_property(component_headers GLOBAL PROPERTY FLOWLOG_COMPONENT_HEADERS)
list(TRANSFORM component_headers REPLACE "^include/" "")
set(listed ${headers} ${component_headers})
add_test(
    NAME headers.listed
    COMMAND
        ${CMAKE_COMMAND} -D include_dir=${PROJECT_SOURCE_DIR}/include "-D listed=${listed}"
        -P ${CMAKE_CURRENT_SOURCE_DIR}/headers_listed.cmake
)

# Two files that include every header link into one program.
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>" OUTPUT_VARIABLE includes)
list(JOIN includes "\n" includes)
file(CONFIGURE OUTPUT link/all_headers.hpp CONTENT "@includes@\n" @ONLY)
add_executable(test_link link/first.cpp link/second.cpp)
target_link_libraries(test_link PRIVATE flowlog::flowlog)
target_include_directories(test_link PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/link)
add_test(NAME headers.link COMMAND test_link)

# The umbrella reaches every header that is neither machinery nor a grammar.
set(offered ${headers})
list(FILTER offered EXCLUDE REGEX "^flowlog/(detail|grammar)/")
add_test(
    NAME headers.umbrella
    COMMAND
        ${CMAKE_COMMAND} -D compiler=${CMAKE_CXX_COMPILER} -D include_dir=${PROJECT_SOURCE_DIR}/include
        "-D boost_dir=$<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>"
        "-D headers=${offered}" -P ${CMAKE_CURRENT_SOURCE_DIR}/headers_umbrella.cmake
)

# Whoever reads a log does not pay for Boost.Spirit: none of these rooms reaches it.
set(readers ${headers})
list(FILTER readers INCLUDE REGEX "^flowlog/(detail|flow|format|source)/")
add_test(
    NAME headers.no_spirit
    COMMAND
        ${CMAKE_CXX_COMPILER} -std=c++20 -M -I.
        "-I$<JOIN:$<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>,;-I>" ${readers}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/include
    COMMAND_EXPAND_LISTS
)
set_tests_properties(headers.no_spirit PROPERTIES FAIL_REGULAR_EXPRESSION "boost/spirit")
