#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# package.sh static|deb|wheel [x86_64|aarch64]: makes packages of the command in build/packages, on Debian 12.
#   static  flowlog-VERSION-linux-ARCH: one file that needs no other, with all codecs and JSON, but without Apache Arrow, that is
#           without object stores and Parquet; and a file with the licences of what is linked
#   deb     flowlog_VERSION_ARCH.deb, the command with manual pages and completions, and libflowlog-dev_VERSION_ARCH.deb, the
#           headers with files for CMake and pkg-config; for this machine alone
#   wheel   flowlog_cli-VERSION-py3-none-….whl: the static command, and a Python module that runs it and gives rows
# It installs compilers through apt if they are missing. aarch64 is cross-compiled.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

what=${1-}
arch=${2-$(uname -m)}
version=$(sed -n 's/.*string_view version = "\(.*\)";/\1/p' include/flowlog/version.hpp)
packages=$PWD/build/packages
static=$packages/flowlog-$version-linux-$arch
parts=$PWD/build/static-$arch/parts # what the static command is linked with

usage() {
    sed -n '3,9s/^# //p' "$0" >&2
    exit 2
}

case $arch in
    x86_64) debian_arch=amd64 tool= ;;
    aarch64) debian_arch=arm64 tool=aarch64-linux-gnu- ;;
    *) echo "$0: no such architecture: $arch" >&2; usage ;;
esac
[ "$arch" != "$(uname -m)" ] || tool=
[ "$arch" = "$(uname -m)" ] || [ "$arch" = aarch64 ] || { echo "$0: packages for $arch are made on $arch" >&2; exit 2; }
compiler=${tool}gcc${tool:+-12}

# What the static command is made of: headers and static libraries of Debian, which are not installed but unpacked, and
# libraries whose sources are compiled: Debian has no static ISA-L and simdjson, and a zstd that is twice as large. libbz2-1.0 and libre2-9 have
# the licences of their -dev packages, and libfmt9 a file that CMake's package looks for.
debian_packages='libboost1.81-dev libbz2-dev libbz2-1.0 libcli11-dev libfmt-dev libfmt9 liblz4-dev liblzo2-dev libre2-dev libre2-9'
debian_sources='libisal libzstd simdjson'

# apt with lists and a cache of its own, for packages of $arch and for sources.
own_apt() {
    local command=$1
    shift
    "$command" -qq -o "Dir::State::lists=$parts/apt/lists" -o "Dir::Cache=$parts/apt/cache" -o "Dir::Etc::sourcelist=$parts/apt/sources.list" \
        -o Dir::Etc::sourceparts=- -o "APT::Architecture=$debian_arch" -o "APT::Architectures=$debian_arch" -o APT::Sandbox::User= "$@"
}

fetch_parts() {
    [ ! -e "$parts/fetched" ] || return 0
    echo "== Fetching what the static command is linked with"
    mkdir -p "$parts"/{apt/lists/partial,apt/cache/archives/partial,debs,sources,root}
    local from='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main'
    printf 'deb %s\ndeb-src %s\n' "$from" "$from" >"$parts/apt/sources.list"
    own_apt apt-get update
    # shellcheck disable=SC2086
    (cd "$parts/debs" && own_apt apt-get download $debian_packages)
    # shellcheck disable=SC2086
    (cd "$parts/sources" && own_apt apt-get source --download-only $debian_sources)
    local file
    for file in "$parts"/debs/*.deb; do dpkg-deb --extract "$file" "$parts/root"; done
    for file in $debian_sources; do unpack_source "$file"; done
    touch "$parts/fetched"
}

# The source of a package, and Debian's copyright file of it, as if it were installed.
unpack_source() {
    local folder=$parts/sources/$1
    mkdir -p "$folder" "$parts/root/usr/share/doc/$1"
    tar --extract --strip-components=1 --directory "$folder" --file "$(ls "$parts/sources/$1"_*.orig.tar.*[2z])"
    tar --extract --directory "$folder" --file "$(ls "$parts/sources/$1"_*.debian.tar.*z)"
    cp "$folder/debian/copyright" "$parts/root/usr/share/doc/$1"
}

make_isal() {
    local folder=$parts/sources/libisal usr=$parts/root/usr
    [ ! -e "$usr/lib/libisal.a" ] || return 0
    echo "== Compiling ISA-L"
    local how=()
    [ -z "$tool" ] || how=(arch=aarch64 host_cpu=aarch64 "CC=$compiler" "AR=${tool}ar")
    make --silent --directory "$folder" --file Makefile.unx units=igzip have_threads=y DEBUG= "${how[@]}" lib >/dev/null
    mkdir -p "$usr/include/isa-l"
    cp "$folder"/include/*.h "$usr/include/isa-l"
    cp "$folder/bin/isa-l.a" "$usr/lib/libisal.a"
}

# Compression is optimised for size: little is written, but much is read. Formats before 2016 are left out.
make_zstd() {
    local folder=$parts/sources/libzstd/lib usr=$parts/root/usr file level
    [ ! -e "$usr/lib/libzstd.a" ] || return 0
    echo "== Compiling zstd"
    for file in "$folder"/common/*.c "$folder"/compress/*.c "$folder"/decompress/*.[cS]; do
        level=-O2
        [[ $file != */compress/* ]] || level=-Os
        "$compiler" "$level" -DNDEBUG -DZSTD_LEGACY_SUPPORT=0 -ffunction-sections -fdata-sections -c "$file" -o "$file.o"
    done
    "${tool}ar" cr "$usr/lib/libzstd.a" "$folder"/*/*.o
    cp "$folder"/zstd*.h "$usr/include"
}

make_simdjson() {
    local folder=$parts/sources/simdjson usr=$parts/root/usr
    [ ! -e "$usr/lib/libsimdjson.a" ] || return 0
    echo "== Compiling simdjson"
    cmake -S "$folder" -B "$folder/build" -G Ninja "${toolchain[@]}" -D CMAKE_BUILD_TYPE=Release -D BUILD_SHARED_LIBS=OFF \
        -D CMAKE_CXX_FLAGS='-ffunction-sections -fdata-sections' -D SIMDJSON_DEVELOPER_MODE=OFF -D "CMAKE_INSTALL_PREFIX=$usr" \
        -D CMAKE_INSTALL_LIBDIR=lib >/dev/null
    cmake --build "$folder/build" --target install >/dev/null
}

# The licences of all that is linked, with the versions and sources of the packages.
write_licences() {
    local file name source
    cat <<EOF
flowlog $version for Linux on $arch, linked statically.

The source of flowlog has the Boost Software License 1.0. This program is also made of the libraries below. One of them, LZO, has the
GNU General Public License, version 2 or any later version, and another, simdjson, the Apache License 2.0, which agrees with version 3
of the former. So the program as a whole is distributed under the GNU General Public License, version 3 or any later version. The
complete source: flowlog's own, with scripts/package.sh, which makes this program, and the source packages of Debian named below
(https://snapshot.debian.org keeps all of them). A program that is not under this licence is built without LZO:
cmake --preset static -D FLOWLOG_WITH_LZO=OFF

EOF
    echo "==== flowlog ===="
    cat LICENSE
    for file in "$parts"/debs/*.deb; do
        name=$(dpkg-deb --field "$file" Package)
        [[ $name == *-dev ]] || continue
        # shellcheck disable=SC2016
        source=$(dpkg-deb --show --showformat '${source:Package} ${source:Version}' "$file")
        printf '\n==== %s (Debian source %s) ====\n' "$name" "$source"
        case $name in
            libboost*) echo 'The Boost Software License 1.0, as above, in the parts that are used.' ;; # of 2 MB
            *) cat "$parts/root/usr/share/doc/$name/copyright" ;;
        esac
    done
    for name in $debian_sources; do
        printf '\n==== %s (Debian source %s) ====\n' "$name" "$name $(sed -n 's/^Version: //p' "$parts/sources/$name"_*.dsc)"
        cat "$parts/root/usr/share/doc/$name/copyright"
    done
    for name in libc6 gcc-12-base; do
        # shellcheck disable=SC2016
        source=$(dpkg-query --show --showformat '${source:Package} ${source:Version}' "$name" | head -n 1)
        printf '\n==== %s (Debian source %s) ====\n' "$name" "$source"
        cat "/usr/share/doc/$name/copyright"
    done
    for name in GPL-3 GPL-2 LGPL-2.1 Apache-2.0; do
        printf '\n==== %s ====\n' "$name"
        cat "/usr/share/common-licenses/$name"
    done
}

make_static() {
    scripts/install-packages.sh static
    toolchain=()
    if [ -n "$tool" ]; then
        scripts/install-packages.sh static-aarch64
        toolchain=(--toolchain "$PWD/cmake/aarch64.cmake" -D "CMAKE_FIND_ROOT_PATH=$parts/root")
    fi
    fetch_parts
    make_isal
    make_simdjson
    make_zstd
    cmake --preset static -B "build/static-$arch" "${toolchain[@]}" -D "CMAKE_PREFIX_PATH=$parts/root/usr"
    cmake --build "build/static-$arch" --target flowlog_cli
    mkdir -p "$packages"
    "${tool}strip" --strip-all -o "$static" "build/static-$arch/examples/flowlog"
    write_licences >"$static.licences.txt"
    ls -l "$static"
}

make_deb() {
    [ -z "$tool" ] || { echo "$0: Debian packages are made for this machine alone" >&2; exit 2; }
    scripts/install-packages.sh deb
    LDFLAGS=$(dpkg-buildflags --get LDFLAGS) cmake --preset deb
    cmake --build --preset deb
    mkdir -p "$packages"
    (cd build/deb && umask 022 && cpack -G DEB -B "$packages" >/dev/null)
    ls -l "$packages"/*"flowlog"*"_${version}_"*.deb
}

make_wheel() {
    make_static
    scripts/install-packages.sh wheel
    local room=build/wheel-$arch python=build/wheel/bin/python
    [ -x "$python" ] || python3 -m venv build/wheel
    "$python" -m pip install --quiet "hatchling==$(sed -n 's/^# hatchling //p' scripts/packages.txt)"
    rm -rf "$room"
    cp -r packaging/python "$room"
    cp "$static" "$room/flowlog"
    mkdir "$room/licences"
    cp LICENSE "$room/licences/flowlog.txt"
    cp "$static.licences.txt" "$room/licences/linked-libraries.txt"
    echo "$version" >"$room/VERSION"
    (cd "$room" && FLOWLOG_ARCH=$arch "../../$python" -m hatchling build --target wheel --directory "$packages")
    ls -l "$packages"/flowlog_cli-"$version"-*"$arch".whl
}

case $what in
    static) make_static ;;
    deb) make_deb ;;
    wheel) make_wheel ;;
    *) usage ;;
esac
