#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# extra.sh [aarch64|consumers|fuzz [MINUTES]|headers|tsan|asan|oracle|stores|spark|mermaid|page|doxygen|packages|bench|catch3]…: what takes too long for every run; without an argument, all but
# spark and catch3.
#   aarch64  the readers, scanners and decoders, cross-compiled, under qemu: the NEON scanner among them
#   consumers  all compilers from g++ 12 and clang 16 on, with C++20 and 23, with and without RTTI, over the code of the guides; the lines of
#            g++ in docs/library.md; and the Conan recipe, with Conan from PyPI in build/conan
#   fuzz     every fuzz target, or those in FUZZ_TARGETS, from the seeds of the tests, MINUTES each (default 10), as many at once as there are
#            processors: SECURITY.md lists them
#   headers  each header compiled alone, with all warnings: it includes what it uses
#   tsan     the whole suite under ThreadSanitizer
#   asan     the whole suite and the command under AddressSanitizer, which also looks for uses of a stack frame after its return
#   oracle   filters, groups, digests, connections and recipes against DuckDB, which it installs from PyPI into build/oracle
#   stores   object stores against versitygw, an S3 server, which it compiles once, gs:// against fake-gcs-server, abfs:// against Azurite
#   spark    examples/spark on a stand-alone Spark of two workers, which it installs from PyPI into build/spark (500 MB; needs Java 17), against versitygw
#   page     the page of 'flowlog report --html' in headless Chromium (Debian's), narrow and wide, light and dark: its pictures are in build/page
#   doxygen  the reference of the library, which must be built without a warning: docs/Doxyfile
#   packages  builds what scripts/package.sh makes, and installs and asks each: in empty root folders, on Debian 11 and 12, in an environment of Python
#   mermaid  the graphs for Mermaid, read by Mermaid, which it installs from npm into build/mermaid
#   bench    builds all benchmarks, runs the test of their generator and contenders, and each part of the library once
#   catch3   the suite's headers with the Catch2 of CATCH3, a folder that holds catch2/catch_all.hpp
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export FLOWLOG_CONFIG= # not the settings of whoever runs this
minutes=10

run_aarch64() {
    scripts/install-packages.sh aarch64
    local out=build/aarch64
    mkdir -p "$out/include"
    ln -sfn /usr/include/boost "$out/include/boost"
    ln -sfn /usr/include/catch2 "$out/include/catch2"
    printf '#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n' >"$out/main.cpp"
    echo "== Cross-compiling for aarch64"
    aarch64-linux-gnu-g++-12 -std=c++20 -O1 -static -Iinclude -Itests -isystem "$out/include" \
        -DFLOWLOG_TEST_DATA="\"$PWD/tests/data\"" "$out/main.cpp" \
        tests/format/text/{scan,decode,decode_column,dotted_quad,eight_groups}.cpp tests/source/line_blocks.cpp tests/flow/{address,field}.cpp tests/format/{text,text_blocks}.cpp \
        tests/aggregate/detail/{row_store,group_table}.cpp \
        -o "$out/tests"
    echo "== Running under qemu"
    qemu-aarch64 "$out/tests"
}

# Warnings are errors. The machines of CI have one g++ and one clang; this takes all that are installed.
run_consumers() {
    scripts/install-packages.sh consumers
    local compiler standard rtti
    mkdir -p build/consumers
    for compiler in g++-{12..20} clang++-{16..30}; do
        command -v "$compiler" >/dev/null || continue
        for standard in 20 23; do
            for rtti in -frtti -fno-rtti; do
                echo "== $compiler, C++$standard, $rtti"
                cmake -D "pages=docs/library.md;docs/filter.md;README.md" -D out=build/consumers/guide.cpp -D compiler="$compiler" \
                    -D include_dir=include -P tests/guide.cmake \
                    -D "flags=-std=c++${standard/23/2b};$rtti;-Wpedantic;-Wconversion;-Wsign-conversion;-Wshadow"
            done
        done
        echo "== $compiler, the lines of docs/library.md"
        tests/package/plain.sh "$compiler" build/consumers/plain
    done
    run_conan
}

# Boost and the libraries of the components are the system's.
run_conan() {
    [ -x build/conan/bin/conan ] || python3 -m venv build/conan
    build/conan/bin/python -m pip install --quiet "conan==$(sed -n 's/^# conan //p' scripts/packages.txt)"
    tests/package/conan.sh build/conan/bin/conan build/consumers
}

# Fuzzes target $1 from the seeds $2.
fuzz_target() {
    local run=$PWD/tests/fuzz/run.sh binary=$PWD/build/fuzz/tests/fuzz/fuzz_$1 found=build/fuzz/found/$1 status=0
    mkdir -p "$found"
    (cd "$found" && exec "$run" "$binary" "$2" $((minutes * 60)) >log 2>&1) || status=1
    echo "== $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log") inputs"
    [ $status = 0 ] || { echo "== $1 failed; what it printed and found is in $found:" >&2; tail -n 40 "$found/log" >&2; }
    return $status
}

run_fuzz() {
    scripts/install-packages.sh ci
    cmake --preset clang -B build/fuzz -D FLOWLOG_BUILD_FUZZERS=ON
    # the filters that the tests compare with nfdump, and those compared with DuckDB
    sed -n 's/^    "\(.*\)",.*/\1/p' tests/query/nfdump_oracle.cpp >build/fuzz/filters.txt
    sed -n 's/^    ("\([^"]*\)", .*/\1/p' tests/oracle/filters.py >>build/fuzz/filters.txt
    cut -f 1 tests/data/govpc/keys.tsv >build/fuzz/keys.txt
    # headings as formats; a folder of logs and tables as text, as tables and, packed, as gzip data
    cut -d , -f 1-99 tests/data/reports/*/*.csv tests/data/reports/*/h.log >build/fuzz/formats.txt
    mkdir -p build/fuzz/texts build/fuzz/packed
    for file in tests/data/reports/*/*.{log,csv,tsv,txt} examples/data/*; do
        [[ -f $file && $(wc -c <"$file") -lt 12000 ]] || continue
        cp "$file" "build/fuzz/texts/$(basename "$(dirname "$file")")-$(basename "${file%.*}")"
        gzip -nc "$file" >"build/fuzz/packed/$(basename "$(dirname "$file")")-$(basename "${file%.*}")"
    done
    # words of options: in the tests of the command and in docs/cli.md
    grep -ohE -- "--(by|sum|having|since|until|split|sort|distinct|percentile|ratio) ('[^']+'|[^ ']+)" docs/*.md tests/cli/*.sh |
        sed "s/^[^ ]* //; s/^'//; s/'\$//" | tr , '\n' | sort -u >build/fuzz/words.txt
    mkdir -p build/fuzz/partial
    cmake --preset cli
    cmake --build --preset cli
    build/cli/examples/flowlog top examples/data/flow_logs.txt --by srcaddr,dstport --flows --sum bytes --distinct dstaddr \
        --percentile bytes:95 --partial build/fuzz/partial/seed
    # anything
    mkdir -p build/fuzz/any
    cp build/fuzz/texts/* build/fuzz/any
    local file target seeds targets=() runs=()
    find tests/data/netflow tests/data/cloud -type f ! -name '*.csv' ! -name '*.txt' ! -name '*.md' -size -12k |
        while read -r file; do cp "$file" "build/fuzz/any/${file//\//_}"; done
    for file in build/fuzz/texts/*; do
        gzip -nc "$file" >"build/fuzz/any/$(basename "$file").gz"
        bzip2 -c "$file" >"build/fuzz/any/$(basename "$file").bz2"
        zstd -qc "$file" >"build/fuzz/any/$(basename "$file").zst" || break
    done
    for target in ${FUZZ_TARGETS:-$(basename -as .cpp tests/fuzz/*.cpp)}; do
        [ "$target" != parquet ] || [ -d build/stores ] || continue  # scripts/install-packages.sh stores
        seeds=tests/data/netflow/${target/_/-}
        case $target in
            filter) seeds=build/fuzz/filters.txt ;;
            format_string) seeds=build/fuzz/formats.txt ;;
            gzip) seeds=build/fuzz/packed ;;
            json) seeds=tests/data/cloud ;;
            object_key) seeds=build/fuzz/keys.txt ;;
            open) seeds=build/fuzz/any ;;
            parquet) seeds=tests/data/parquet ;;
            partial) seeds=build/fuzz/partial ;;
            table | text) seeds=build/fuzz/texts ;;
            words) seeds=build/fuzz/words.txt ;;
        esac
        [ -e "$seeds" ] || { echo "== $target has no corpus" >&2; return 1; }
        targets+=("fuzz_$target") runs+=("$target" "$PWD/$seeds")
    done
    cmake --build build/fuzz --target "${targets[@]}"
    [ -z "${FUZZ_CORPUS-}" ] || FUZZ_CORPUS=$(realpath -m "$FUZZ_CORPUS")
    export minutes FUZZ_CORPUS
    export -f fuzz_target
    echo "== Fuzzing each target for $minutes min, $(nproc) at once: what they print and find is in build/fuzz/found"
    printf '%s\0' "${runs[@]}" | xargs -0 -n 2 -P "$(nproc)" bash -c 'fuzz_target "$@"' extra.sh
}

run_headers() {
    scripts/install-packages.sh tests
    cmake --preset dev
    cmake --build --preset headers
}

run_tsan() { tests/run.sh tsan; }

run_asan() {
    scripts/install-packages.sh ci
    # Arrow is built without a sanitizer
    cmake --preset asan -B build/asan-all -D FLOWLOG_BUILD_CLI=ON -D FLOWLOG_INSTALL=ON -D FLOWLOG_TEST_ROOMS= -D FLOWLOG_WITH_COMPILED=ON
    cmake --build build/asan-all
    # not with the test preset, which leaves this out because it doubles the time of the tests
    ASAN_OPTIONS=detect_stack_use_after_return=1 ctest --test-dir build/asan-all --output-on-failure --parallel "$(nproc)"
}

run_oracle() {
    scripts/install-packages.sh oracle
    [ -x build/oracle/bin/python ] || python3 -m venv build/oracle
    build/oracle/bin/python -m pip install --quiet duckdb
    cmake --preset cli
    cmake --build --preset cli
    for seed in ${ORACLE_SEEDS:-5 6 7}; do
        echo "== Asking flowlog and DuckDB, seed $seed"
        build/oracle/bin/python tests/oracle/duckdb_oracle.py build/cli/examples/flowlog "$seed"
        build/oracle/bin/python tests/oracle/shapes_oracle.py build/cli/examples/flowlog "$seed"
        build/oracle/bin/python tests/oracle/graph_oracle.py build/cli/examples/flowlog "$seed"
        build/oracle/bin/python tests/oracle/diff_oracle.py build/cli/examples/flowlog "$seed"
        build/oracle/bin/python tests/oracle/recipes_oracle.py build/cli/examples/flowlog "$seed"
        build/oracle/bin/python tests/oracle/measures_oracle.py build/cli/examples/flowlog "$seed"
        build/oracle/bin/python tests/oracle/report_oracle.py build/cli/examples/flowlog "$seed"
    done
}

run_stores() {
    scripts/install-packages.sh store-tests
    cmake --preset cli
    cmake --build --preset cli
    tests/stores/run.sh build/cli/examples/flowlog
    [ -x build/stores/bin/fake-gcs-server ] || GOBIN="$PWD/build/stores/bin" GOTOOLCHAIN=local GOFLAGS=-p=1 \
        go install github.com/fsouza/fake-gcs-server@v1.56.1
    build/stores/bin/python tests/stores/gcs.py build/cli/examples/flowlog build/stores/bin/fake-gcs-server
    local azurite=build/stores/azurite/node_modules/.bin/azurite-blob
    command -v npm >/dev/null || { echo "== No npm here: abfs:// is not tested"; return 0; }
    [ -x "$azurite" ] || npm install --silent --prefix build/stores/azurite azurite@3.35.0
    build/stores/bin/python tests/stores/azure.py build/cli/examples/flowlog "$azurite"
}

run_spark() {
    scripts/install-packages.sh store-tests
    command -v java >/dev/null || { echo "== No Java here: Spark needs one" >&2; return 1; }
    [ -x build/spark/bin/python ] || python3 -m venv build/spark
    build/spark/bin/python -m pip install --quiet "pyspark==$(sed -n 's/^# pyspark //p' scripts/packages.txt)"
    cmake --preset cli
    cmake --build --preset cli
    build/spark/bin/python tests/spark/spark.py build/cli/examples/flowlog build/stores/bin/versitygw
    build/spark/bin/python tests/spark/simulate_driver.py build/cli/examples/flowlog 300000 400 1000000
}

run_mermaid() {
    cmake --preset cli
    cmake --build --preset cli
    mkdir -p build/mermaid
    (cd build/mermaid && [ -d node_modules/mermaid ] || npm install --prefix . --no-audit --no-fund mermaid@11.17.2 jsdom@29.1.1)
    MERMAID="$PWD/build/mermaid" bash tests/cli/graph.sh build/cli/examples/flowlog
}

run_page() {
    scripts/install-packages.sh page
    cmake --preset cli
    cmake --build --preset cli
    python3 tests/browser/page.py build/cli/examples/flowlog build/page
}

run_doxygen() {
    scripts/install-packages.sh doxygen
    rm -rf build/doxygen
    doxygen docs/Doxyfile 2>build/doxygen.log
    [ ! -s build/doxygen.log ] || { cat build/doxygen.log >&2; echo "== doxygen warns" >&2; return 1; }
    # and it has read the headers
    grep -q ">group_by<" build/doxygen/html/namespaceflowlog.html
    echo "== The reference is build/doxygen/html/index.html"
}

run_packages() {
    scripts/install-packages.sh packages
    local version built=build/packages
    version=$(sed -n 's/.*string_view version = "\(.*\)";/\1/p' include/flowlog/version.hpp)
    for arch in x86_64 aarch64; do
        scripts/package.sh static "$arch"
        echo "== Testing the static command for $arch"
        tests/packages/static.sh "$built/flowlog-$version-linux-$arch" "$arch" build/package-roots
    done
    scripts/package.sh deb
    echo "== Testing the Debian packages"
    tests/packages/deb.sh "$built/flowlog_${version}_amd64.deb" "$built/libflowlog-dev_${version}_amd64.deb" build/package-roots
    scripts/package.sh wheel
    echo "== Testing the wheel"
    tests/packages/wheel.sh "$built/flowlog_cli-$version-"*x86_64.whl
}

run_bench() {
    scripts/install-packages.sh bench
    cmake --preset release -B build/bench -D FLOWLOG_BUILD_BENCH=ON -D FLOWLOG_BUILD_TESTS=OFF
    cmake --build build/bench
    python3 bench/test_bench.py build/bench/bench
    for micro in build/bench/bench/flowlog_micro_*; do "$micro" --benchmark_min_time=0; done
}

run_catch3() {
    : "${CATCH3:?the folder that holds catch2/catch_all.hpp of Catch2 3}"
    for test in $(find tests -name '*.cpp' -not -path '*/fuzz/*' -not -path '*/package/*' -not -path '*/link/*' -not -path '*/unlinked/*'); do
        echo "== $test"
        g++ -std=c++20 -fsyntax-only -Iinclude -Itests -isystem "$CATCH3" -DFLOWLOG_TEST_DATA='""' "$test"
    done
}

[ $# -gt 0 ] || set -- aarch64 consumers fuzz headers tsan asan oracle stores mermaid page doxygen packages bench
while [ $# -gt 0 ]; do
    what=$1
    shift
    if [[ $what == fuzz && ${1-} =~ ^[0-9]+$ ]]; then
        minutes=$1
        shift
        [ "$minutes" -gt 0 ] || { echo "extra.sh: fuzz takes 1 minute or more" >&2; exit 2; }
    fi
    "run_$what"
done
