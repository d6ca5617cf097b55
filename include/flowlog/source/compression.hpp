// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_COMPRESSION_HPP
#define FLOWLOG_SOURCE_COMPRESSION_HPP

#include <array>
#include <string_view>
#include <utility>

namespace flowlog {

/// The compression of an input that begins with these bytes; empty if it is not compressed.
constexpr auto compression_of(std::string_view bytes) noexcept -> std::string_view {
    using namespace std::string_view_literals;
    constexpr auto magics = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"\x1F\x8B"sv, "gzip"},
        {"\x28\xB5\x2F\xFD"sv, "zstd"},
        {"BZh"sv, "bzip2"},
        {"\xFD\x37zXZ\x00"sv, "xz"},
        {"\x04\x22\x4D\x18"sv, "lz4"},
    });
    for (auto const& [magic, name] : magics) {
        if (bytes.starts_with(magic)) return name;
    }
    return {};
}

}  // namespace flowlog

#endif
