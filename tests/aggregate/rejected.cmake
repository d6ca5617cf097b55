# SPDX-License-Identifier: BSL-1.0
# cmake -D compiler=… -D compiler_id=… -D include_dir=… -D boost_dir=… -D file=… -P rejected.cmake
#
# Compiles a file that must not compile. For each `// rejected: <sentence>` in it, followed by a line that declares
# a name, there must be an error with that sentence in the same paragraph of the output as that name.
# clang++ stops after 20 errors, g++ after none.
set(every_error "")
if(compiler_id MATCHES Clang)
    set(every_error -ferror-limit=0)
endif()
list(TRANSFORM boost_dir PREPEND -I)
execute_process(
    COMMAND ${compiler} -std=c++20 -fsyntax-only ${every_error} -I${include_dir} ${boost_dir} ${file}
    RESULT_VARIABLE code
    ERROR_VARIABLE said
)
if(code EQUAL 0)
    message(FATAL_ERROR "${file} compiles")
endif()

# One paragraph for each error: g++ names what it instantiates before it, clang after it.
string(REPLACE ";" "," said "${said}")
string(REPLACE "[" "(" said "${said}")
string(REPLACE "]" ")" said "${said}")
string(REPLACE "error: " ";error: " paragraphs "${said}")
file(READ ${file} source)
string(REPLACE ";" "," source "${source}")
string(REGEX MATCHALL "// rejected: [^\n]*\n[^\n]*" expectations "${source}")
list(LENGTH expectations count)
if(count LESS 10)
    message(FATAL_ERROR "${file} has only ${count} expectations")
endif()
foreach(expected IN LISTS expectations)
    string(REGEX REPLACE "// rejected: ([^\n]*)\n.*" "\\1" sentence "${expected}")
    string(REGEX REPLACE ".*\n(struct|class|auto) ([a-z_]+).*" "\\2" name "${expected}")
    set(found FALSE)
    set(before "")
    foreach(paragraph IN LISTS paragraphs)
        string(FIND "${paragraph}" "${sentence}" at)
        string(FIND "${before}${paragraph}" "${name}" named)
        if(NOT at EQUAL -1 AND NOT named EQUAL -1)
            set(found TRUE)
        endif()
        set(before "${paragraph}")
    endforeach()
    if(NOT found)
        message(SEND_ERROR "no error says of ${name}: ${sentence}")
    endif()
endforeach()
