// SPDX-License-Identifier: BSL-1.0
// Unpacks any bytes as gzip data, and as zlib data. The first byte determines the size of the
// blocks, on which neither what is unpacked nor how it ends may depend.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/source/gzip.hpp>
#include <flowlog/source/memory.hpp>

namespace {

/// The first bytes that a source hands out, and whether it fails.
template <class Source>
auto drained(Source source) -> std::pair<std::string, bool> {
    constexpr std::size_t enough = std::size_t{1} << 20;
    auto result = std::pair<std::string, bool>{};
    try {
        while (result.first.size() < enough) {
            auto const block = source.next();
            if (block.empty()) break;
            result.first.append(block.data(), block.size());
        }
    } catch (flowlog::error const&) {
        result.second = true;
    }
    if (result.first.size() >= enough) result = {result.first.substr(0, enough), false};
    return result;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    if (size == 0) return 0;
    auto const bytes = std::string_view{reinterpret_cast<char const*>(data), size}.substr(1);
    auto const unpack = [&](std::size_t block) {
        return drained(gzip_source{memory_source{bytes, "fuzz", block}});
    };
    auto const whole = unpack(bytes.size() + 1);
    auto const pieces = unpack(1U + data[0]);
    if (whole.second != pieces.second) std::abort();
    // what comes before damage depends on how far the library reads ahead
    if (!whole.second && whole.first != pieces.first) std::abort();
    return 0;
}
