# SPDX-License-Identifier: BSL-1.0
# cmake -D include_dir=… -D programs_dir=… -P rooms.cmake
#
# Checks that includes run one way, as the data does, and that what is private to a room or to a format stays private:
#
#     detail < error, escape, version < flow < source < format < lookup < query < aggregate < output
#
#   - A header includes headers of its own room and of rooms on its left.
#   - grammar/ may include everything up to query/. No other room includes grammar/.
#   - <room>/detail/ is for <room> alone.
#   - If <room>/<name>.hpp and <room>/<name>/ both exist, as they do for each format, the header is the door of the
#     folder. Other rooms and other doors and their folders include the door alone; what stands beside the doors in the
#     same room, such as the table of formats, may include the folder.
#   - A program (examples/) includes public headers alone.
cmake_minimum_required(VERSION 3.25)

set(order detail . flow source format lookup query aggregate output)

# The room of a header whose path is relative to include/flowlog; `.` for a header outside of any room.
function(room_of header result)
    set(room .)
    if(header MATCHES "^([^/]+)/")
        set(room ${CMAKE_MATCH_1})
    endif()
    set(${result} ${room} PARENT_SCOPE)
endfunction()

# The door of a header that is one or is in the folder of one; empty for any other header.
function(door_of header result)
    set(${result} "" PARENT_SCOPE)
    if(header MATCHES "^([^/]+/[^/.]+)(/.+)?")
        set(door ${CMAKE_MATCH_1})
        if(EXISTS ${include_dir}/flowlog/${door}.hpp AND IS_DIRECTORY ${include_dir}/flowlog/${door})
            set(${result} ${door}.hpp PARENT_SCOPE)
        endif()
    endif()
endfunction()

# Why `from` must not include `header`; empty if it may. `from` is relative to include/flowlog, or empty for a program.
function(objection from header result)
    set(${result} "" PARENT_SCOPE)
    room_of("${from}" from_room)
    room_of(${header} room)

    if(header MATCHES "^[^/]+/detail/" AND (from STREQUAL "" OR NOT from_room STREQUAL room))
        set(${result} "${room}/detail/ is private to ${room}/" PARENT_SCOPE)
        return()
    endif()
    door_of(${header} door)
    door_of("${from}" from_door)
    if(door AND NOT door STREQUAL header AND NOT from_door STREQUAL door)
        if(from_door OR NOT from_room STREQUAL room)
            string(REPLACE .hpp / folder ${door})
            set(${result} "${folder} is private to its door, ${door}" PARENT_SCOPE)
            return()
        endif()
    endif()
    if(from STREQUAL "")
        if(room STREQUAL detail)
            set(${result} "detail/ is private to the library" PARENT_SCOPE)
        endif()
        return()
    endif()

    if(header STREQUAL flowlog.hpp)
        set(${result} "flowlog.hpp is for users" PARENT_SCOPE)
    elseif(from STREQUAL flowlog.hpp)
        if(room STREQUAL grammar OR room STREQUAL detail)
            set(${result} "flowlog.hpp offers neither grammar/ nor detail/" PARENT_SCOPE)
        endif()
    elseif(room STREQUAL grammar)
        if(NOT from_room STREQUAL grammar)
            set(${result} "grammar/ is for programs and for itself" PARENT_SCOPE)
        endif()
    else()
        set(last_room ${from_room})
        if(from_room STREQUAL grammar)
            set(last_room query)
        endif()
        list(FIND order ${last_room} own)
        list(FIND order ${room} other)
        if(own EQUAL -1)
            set(${result} "${from_room}/ has no place in the order" PARENT_SCOPE)
        elseif(other EQUAL -1)
            set(${result} "${room}/ has no place in the order" PARENT_SCOPE)
        elseif(other GREATER own)
            set(${result} "the last room that this may include is ${last_room}/" PARENT_SCOPE)
        endif()
    endif()
endfunction()

# Checks every include of flowlog in a file; sets `broken` where one is wrong.
function(check file from)
    file(STRINGS ${file} includes REGEX "^ *# *include +[<\"]flowlog/")
    foreach(line IN LISTS includes)
        string(REGEX MATCH "[<\"]flowlog/([^>\"]+)" header "${line}")
        set(header ${CMAKE_MATCH_1})
        objection("${from}" ${header} why)
        if(why)
            message("${file}: <flowlog/${header}>: ${why}")
            set(broken TRUE PARENT_SCOPE)
        endif()
    endforeach()
endfunction()

file(GLOB_RECURSE headers RELATIVE ${include_dir}/flowlog ${include_dir}/flowlog/*.hpp)
file(GLOB_RECURSE programs ${programs_dir}/*.hpp ${programs_dir}/*.cpp)
if(NOT headers OR NOT programs)
    message(FATAL_ERROR "no headers in ${include_dir}/flowlog, or no programs in ${programs_dir}")
endif()
set(broken FALSE)
foreach(header IN LISTS headers)
    check(${include_dir}/flowlog/${header} ${header})
endforeach()
foreach(program IN LISTS programs)
    check(${program} "")
endforeach()
if(broken)
    message(FATAL_ERROR "includes that do not follow the order of the rooms")
endif()
