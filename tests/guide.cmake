# SPDX-License-Identifier: BSL-1.0
# Compiles the C++ of the guides: cmake -D "pages=…;…" -D out=… -D compiler=… -D include_dir=… [-D "flags=…"] -P guide.cmake. Blocks of `c++` are
# declarations, those of `cpp` the bodies of functions, except for lines of #include. docs/library.md is the first page, because its
# first block is what all others need.
set(code "")
set(pieces 0)
foreach(page IN LISTS pages)
    file(READ ${page} text)
    string(FIND "${text}" "```c" begin)
    while(begin GREATER -1)
        string(SUBSTRING "${text}" ${begin} -1 text)
        string(FIND "${text}" "\n```\n" length)
        string(SUBSTRING "${text}" 0 ${length} block)
        string(FIND "${block}" "\n" heading)
        string(SUBSTRING "${block}" ${heading} -1 body)
        if(block MATCHES "^```cpp")
            math(EXPR pieces "${pieces} + 1")
            string(REGEX MATCHALL "\n#include[^\n]*" includes "${body}")
            string(REGEX REPLACE "\n#include[^\n]*" "" body "${body}")
            string(JOIN "" includes ${includes})
            string(APPEND code "${includes}\nvoid piece_${pieces}();\nvoid piece_${pieces}() {${body}\n}\n")
        else()
            string(APPEND code "${body}\n")
        endif()
        string(SUBSTRING "${text}" ${length} -1 text)
        string(FIND "${text}" "```c" begin)
    endwhile()
endforeach()
if(pieces LESS 15)
    message(FATAL_ERROR "the guides have only ${pieces} pieces of code")
endif()
file(WRITE ${out} "${code}")
execute_process(
    COMMAND ${compiler} -std=c++20 ${flags} -fsyntax-only -Wall -Wextra -Werror -Wno-unused-variable
            -Wno-unused-but-set-variable -I${include_dir} ${out}
    RESULT_VARIABLE failed
    ERROR_VARIABLE messages
)
if(failed)
    message(FATAL_ERROR "the code of the guides, in ${out}:\n${messages}")
endif()
