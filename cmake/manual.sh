#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# manual.sh FLOWLOG FOLDER: lets the command write its manual pages into FOLDER/man1, and FOLDER/bash, zsh and fish.
set -eu
flowlog=$1
folder=$2
export FLOWLOG_CONFIG= # not the settings of whoever builds it
rm -rf "$folder"
mkdir -p "$folder/man1"
"$flowlog" man >"$folder/man1/flowlog.1"
for command in $(sed -n 's/^\.BR flowlog\\-\([a-z]*\) .*/\1/p' "$folder/man1/flowlog.1"); do
    "$flowlog" man "$command" >"$folder/man1/flowlog-$command.1"
done
gzip -9n "$folder"/man1/*.1
for shell in bash zsh fish; do "$flowlog" completions "$shell" >"$folder/$shell"; done
