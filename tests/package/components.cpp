// SPDX-License-Identifier: BSL-1.0
// Includes the header of each component that is linked, and no more, so that it compiles soon.
#include <cstdio>

#include <flowlog/version.hpp>

#ifdef WITH_BZIP2
#include <flowlog/source/bzip2.hpp>
#endif
#ifdef WITH_GZIP
#include <flowlog/source/gzip.hpp>
#endif
#ifdef WITH_JSON
#include <flowlog/format/json.hpp>
#endif
#ifdef WITH_LZ4
#include <flowlog/source/lz4.hpp>
#endif
#ifdef WITH_LZO
#include <flowlog/source/lzo.hpp>
#endif
#ifdef WITH_RE2
#include <flowlog/query/re2.hpp>
#endif
#ifdef WITH_ZSTD
#include <flowlog/source/zstd.hpp>
#endif

auto main() -> int {
    std::printf("flowlog %s\n", flowlog::version.data());
    return 0;
}
