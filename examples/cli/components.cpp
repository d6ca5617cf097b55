// SPDX-License-Identifier: BSL-1.0
// The components of this build. Including the header of a component registers it.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/format/parquet.hpp>
#include <flowlog/query/text_matcher.hpp>
#include <flowlog/source/arrow_store.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/version.hpp>

#ifdef FLOWLOG_CLI_WITH_BZIP2
#include <flowlog/source/bzip2.hpp>
#endif
#ifdef FLOWLOG_CLI_WITH_GZIP
#include <flowlog/output/gzip.hpp>
#include <flowlog/source/gzip.hpp>
#endif
#ifdef FLOWLOG_CLI_WITH_JSON
#include <flowlog/format/json.hpp>
#endif
#ifdef FLOWLOG_CLI_WITH_LZ4
#include <flowlog/source/lz4.hpp>
#endif
#ifdef FLOWLOG_CLI_WITH_LZO
#include <flowlog/source/lzo.hpp>
#endif
#ifdef FLOWLOG_CLI_WITH_RE2
#include <flowlog/query/re2.hpp>
#endif
#ifdef FLOWLOG_CLI_WITH_ZSTD
#include <flowlog/output/zstd.hpp>
#include <flowlog/source/zstd.hpp>
#endif

#include "commands.hpp"

namespace cli {
namespace {

auto component_names(bool built_in) -> std::string {
    using flowlog::codec;
    auto const has = [](codec c) { return flowlog::find_block_codec(c) != nullptr; };
#ifdef FLOWLOG_CLI_WITH_JSON
    constexpr auto has_json = true;
#else
    constexpr auto has_json = false;
#endif
    auto const components = std::to_array<std::pair<std::string_view, bool>>({
        {"arrow", flowlog::detail::has_arrow_module()},
        {"bzip2", has(codec::bzip2)},
        {"gzip", flowlog::find_decoder_named("gzip").has_value()},
        {"json", has_json},
        {"lz4", has(codec::lz4)},
        {"lzo", has(codec::lzo)},
        {"re2", flowlog::has_matcher()},
        {"zstd", has(codec::zstd)},
    });
    auto text = std::string{};
    for (auto const& [name, built] : components) {
        if (built == built_in) text.append(" ").append(name);
    }
    return text.empty() ? " none" : text;
}

}  // namespace

auto version_text() -> std::string {
    return "flowlog " + std::string{flowlog::version} + "\ncomponents:" + component_names(true) +
           "\nnot built in:" + component_names(false);
}

}  // namespace cli
