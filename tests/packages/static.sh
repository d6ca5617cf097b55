#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# static.sh FLOWLOG ARCH FOLDER: tests the static command. It is small, needs no other file, has all codecs and all kinds of
# instructions, and answers in an empty root folder and on Debian 11. Root folders are made in FOLDER.
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
flowlog=$(realpath "$1")
arch=$2
mkdir -p "$3"
folder=$(cd "$3" && pwd)
room=$(mktemp -d)
trap '"${as_root[@]}" rm -rf "$room"' EXIT

size=$(stat --format %s "$flowlog")
((size < 8000000)) || fail "$size bytes: that is not under 8 MB"
ok "$size bytes"
readelf --wide --program-headers --dynamic "$flowlog" >"$room/elf"
! grep -E 'INTERP|NEEDED' "$room/elf" || fail "it needs other files"
ok "needs no other file"

# An empty root folder: the command and logs, and nothing else.
empty=$room/empty
mkdir "$empty"
cp "$flowlog" "$empty/flowlog"
cp "$data"/* "$empty" 2>/dev/null || true
cp "$here"/../data/netflow/nfdump/v2-178-*.nfdump "$here/../data/cloud/gcp/dropped.ndjson" "$here/../data/parquet/"*.parquet "$empty"
for packer in gzip zstd bzip2; do
    ! command -v "$packer" >/dev/null || "$packer" -c "$data/flow_logs.txt" >"$empty/flow_logs.$packer"
done
program=(/flowlog)
if [ "$arch" != "$(uname -m)" ]; then
    cp "$(command -v "qemu-$arch-static")" "$empty/qemu"
    program=(/qemu /flowlog)
fi
alone() { "${as_root[@]}" env -i PATH="$PATH" FLOWLOG_CONFIG= ${scan:+FLOWLOG_FORCE_SCAN=$scan} chroot "$empty" "${program[@]}" "$@"; }

unset scan
alone "${question[@]}" >"$room/out"
has_answer "$room/out"
ok "answers in an empty root folder"

alone --version >"$room/out"
says "$room/out" 'components: bzip2 gzip json lz4 lzo re2 zstd'
says "$room/out" 'not built in: arrow'
for codec in bz2 lz4 lzo zstd; do
    alone top "v2-178-$codec.nfdump" --by srcaddr,dstport --sum bytes --csv --all --quiet >"$room/$codec"
    alone top v2-178-mixed.nfdump --by srcaddr,dstport --sum bytes --csv --all --quiet | diff - "$room/$codec" || fail "$codec"
done
for packed in "$empty"/flow_logs.{gzip,zstd,bzip2}; do
    [ -e "$packed" ] || continue
    alone top "$(basename "$packed")" --by service --sum bytes -n 3 --quiet >"$room/out"
    has_answer "$room/out"
done
ok "codecs"
alone top dropped.ndjson --by srcaddr --csv --quiet >"$room/out"
says "$room/out" '10.10.0.2,2,0'
alone top flow_logs.txt --by action --csv --quiet --where "action ~ '^ACC'" >"$room/out"
says "$room/out" 'ACCEPT,'
ok "JSON, regular expressions"
alone completions bash >"$room/out"
says "$room/out" 'complete'
alone report --html page.html flow_logs.txt --quiet
says "$empty/page.html" '</html>'
ok "completions, a page"

# The flows are read with all kinds of instructions that this processor has.
levels='scalar neon'
[ "$arch" != x86_64 ] || levels='scalar sse2 sse4.1'
[ "$arch" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo || levels+=' avx2'
for scan in $levels; do
    alone "${question[@]}" >"$room/out"
    has_answer "$room/out"
done
unset scan
ok "instructions: $levels"

for word in s3://bucket/key "$(cd "$empty" && printf '%s\n' *.parquet | head -n 1)"; do
    code=0
    alone top "$word" >"$room/out" 2>"$room/err" || code=$?
    [ "$code" = 2 ] || fail "exit code $code"
    says "$room/err" 'which this program cannot load: it is one file, linked statically. To get it: scripts/install-packages.sh stores'
done
ok "says what it cannot read, and why"

says "$flowlog.licences.txt" 'GNU GENERAL PUBLIC LICENSE'
for name in libbz2 libzstd liblz4 liblzo2 libre2 libisal simdjson libboost libc6 libfmt libcli11; do
    grep -qE "^==== $name.*\(Debian source .*[0-9]" "$flowlog.licences.txt" || fail "no licence of $name"
done
ok "licences"

if [ "$arch" = "$(uname -m)" ]; then
    for suite in run top print report reports digest connections graph diff merge convert ls options; do
        bash "$here/../cli/$suite.sh" "$flowlog" >"$room/out" 2>&1 || { cat "$room/out"; fail "tests/cli/$suite.sh"; }
    done
    ok "the tests of the command"
    new_debian bullseye "$folder/bullseye"
    "${as_root[@]}" cp "$flowlog" "$data/flow_logs.txt" "$folder/bullseye/tmp"
    "${as_root[@]}" chroot "$folder/bullseye" sh -c 'cd /tmp && exec "$@"' sh "./$(basename "$flowlog")" "${question[@]}" >"$room/out"
    has_answer "$room/out"
    "${as_root[@]}" rm "$folder/bullseye/tmp/$(basename "$flowlog")"
    ok "answers on Debian $(cat "$folder/bullseye/etc/debian_version")"
fi
