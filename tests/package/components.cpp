// SPDX-License-Identifier: BSL-1.0
// Includes the headers of what is linked, and no more, so that it compiles soon.
#include <cstdio>

#include <flowlog/version.hpp>

#ifdef FLOWLOG_COMPILED
#include <flowlog/source/inputs.hpp>
#endif
#ifdef WITH_ARROW
#include <flowlog/format/parquet.hpp>
#include <flowlog/source/arrow_store.hpp>
#endif
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

auto main([[maybe_unused]] int argc, [[maybe_unused]] char** argv) -> int {
#ifdef FLOWLOG_COMPILED
    std::printf("%zu inputs\n", flowlog::expand_inputs({argv + 1, argv + argc}).files.size());
#endif
#ifdef WITH_ARROW
    auto const session = flowlog::object_store_session{};
    for (auto i = 1; i < argc; ++i)
        std::printf("%zu objects\n", flowlog::expand_objects(argv[i]).size());
#endif
    std::printf("flowlog %s\n", flowlog::version.data());
    return 0;
}
