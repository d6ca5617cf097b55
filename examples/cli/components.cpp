// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <string_view>

#include <flowlog/source/decoder.hpp>
#include <flowlog/version.hpp>

#include "commands.hpp"

namespace cli {

auto version_text() -> std::string {
    constexpr auto compressions =
        std::to_array<std::string_view>({"gzip", "zlib", "zstd", "bzip2", "lz4", "lzo"});
    auto text = "flowlog " + std::string{flowlog::version} + "\ncomponents:";
    auto missing = std::string{};
    for (auto const name : compressions) {
        auto& list = flowlog::find_decoder_named(name) ? text : missing;
        list.append(" ").append(name);
    }
    if (text.ends_with(':')) text += " none";
    return missing.empty() ? text : text + "\nnot built in:" + missing;
}

}  // namespace cli
