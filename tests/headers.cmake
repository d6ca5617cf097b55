# SPDX-License-Identifier: BSL-1.0
# What holds for the headers as a whole, and not for any one of them.
get_target_property(headers flowlog HEADER_SET)
list(TRANSFORM headers REPLACE "^.*include/(flowlog/)" "\\1")

# Every header on disk is in the published list or in a component's, and so is installed, and compiled alone by tests/extra.sh.
get_property(component_headers GLOBAL PROPERTY FLOWLOG_COMPONENT_HEADERS)
list(TRANSFORM component_headers REPLACE "^include/" "")
set(listed ${headers} ${component_headers})
add_test(
    NAME headers.listed
    COMMAND
        ${CMAKE_COMMAND} -D include_dir=${PROJECT_SOURCE_DIR}/include "-D listed=${listed}"
        -P ${CMAKE_CURRENT_SOURCE_DIR}/headers_listed.cmake
)

# Two files that include every header link into one program, which works without flowlog::compiled.
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>" OUTPUT_VARIABLE includes)
list(JOIN includes "\n" includes)
file(CONFIGURE OUTPUT link/all_headers.hpp CONTENT "@includes@\n" @ONLY)
add_executable(test_link link/first.cpp link/second.cpp)
target_link_libraries(test_link PRIVATE flowlog::flowlog)
target_include_directories(test_link PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/link)
add_test(NAME headers.link COMMAND test_link ${PROJECT_SOURCE_DIR}/examples/data/flow_logs.txt)

# Includes run one way, as the data does, and nobody includes what is private to another room or format.
add_test(
    NAME headers.rooms
    COMMAND
        ${CMAKE_COMMAND} -D include_dir=${PROJECT_SOURCE_DIR}/include
        -D programs_dir=${PROJECT_SOURCE_DIR}/examples -P ${CMAKE_CURRENT_SOURCE_DIR}/rooms.cmake
)

# The umbrella reaches every header that is neither machinery nor a grammar. The machinery is in folders: detail/,
# <room>/detail/ and <format>/.
set(offered ${headers})
list(FILTER offered EXCLUDE REGEX "^flowlog/(detail|grammar)/|^flowlog/[^/]+/[^/]+/")
add_test(
    NAME headers.umbrella
    COMMAND
        ${CMAKE_COMMAND} -D compiler=${CMAKE_CXX_COMPILER} -D include_dir=${PROJECT_SOURCE_DIR}/include
        "-D boost_dir=$<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>"
        "-D headers=${offered}" -P ${CMAKE_CURRENT_SOURCE_DIR}/headers_umbrella.cmake
)

# Only those who use a language of grammar/ pay for Boost.Spirit: no other room reaches it.
set(spiritless ${headers})
list(FILTER spiritless EXCLUDE REGEX "^flowlog/grammar/")
list(TRANSFORM spiritless REPLACE "(.+)" "#include <\\1>" OUTPUT_VARIABLE includes)
list(JOIN includes "\n" includes)
file(CONFIGURE OUTPUT link/spiritless.cpp CONTENT "@includes@\n" @ONLY)
add_test(
    NAME headers.no_spirit
    COMMAND
        ${CMAKE_CXX_COMPILER} -std=c++20 -M -I${PROJECT_SOURCE_DIR}/include
        "-I$<JOIN:$<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
        ${CMAKE_CURRENT_BINARY_DIR}/link/spiritless.cpp
    COMMAND_EXPAND_LISTS
)
set_tests_properties(headers.no_spirit PROPERTIES FAIL_REGULAR_EXPRESSION "boost/spirit")
