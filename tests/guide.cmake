# SPDX-License-Identifier: BSL-1.0
# Compiles what docs/library.md shows: cmake -D page=… -D out=… -D compiler=… -D include_dir=… -P guide.cmake. Blocks of `c++` are
# declarations, those of `cpp` the bodies of functions.
file(READ ${page} text)
set(code "")
set(pieces 0)
string(FIND "${text}" "```c" begin)
while(begin GREATER -1)
    string(SUBSTRING "${text}" ${begin} -1 text)
    string(FIND "${text}" "\n```\n" length)
    string(SUBSTRING "${text}" 0 ${length} block)
    string(FIND "${block}" "\n" heading)
    string(SUBSTRING "${block}" ${heading} -1 body)
    if(block MATCHES "^```cpp")
        math(EXPR pieces "${pieces} + 1")
        string(APPEND code "void piece_${pieces}();\nvoid piece_${pieces}() {${body}\n}\n")
    else()
        string(APPEND code "${body}\n")
    endif()
    string(SUBSTRING "${text}" ${length} -1 text)
    string(FIND "${text}" "```c" begin)
endwhile()
if(pieces LESS 10)
    message(FATAL_ERROR "${page} has only ${pieces} pieces of code")
endif()
file(WRITE ${out} "${code}")
execute_process(
    COMMAND ${compiler} -std=c++20 -fsyntax-only -Wall -Wextra -Wno-unused-variable -I${include_dir} ${out}
    RESULT_VARIABLE failed
    ERROR_VARIABLE messages
)
if(failed)
    message(FATAL_ERROR "${page}:\n${messages}")
endif()
