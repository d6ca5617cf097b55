# SPDX-License-Identifier: BSL-1.0
# cmake -D compiler=… -D include_dir=… -D boost_dir=… -D headers=… -P headers_umbrella.cmake
list(TRANSFORM boost_dir PREPEND -I)
execute_process(
    COMMAND ${compiler} -std=c++20 -M -I${include_dir} ${boost_dir} ${include_dir}/flowlog/flowlog.hpp
    OUTPUT_VARIABLE reached
    COMMAND_ERROR_IS_FATAL ANY
)
foreach(header IN LISTS headers)
    if(NOT reached MATCHES "${include_dir}/${header}")
        message(SEND_ERROR "flowlog.hpp does not reach ${header}")
    endif()
endforeach()
