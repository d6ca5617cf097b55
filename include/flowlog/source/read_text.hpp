// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_READ_TEXT_HPP
#define FLOWLOG_SOURCE_READ_TEXT_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include <flowlog/error.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/source.hpp>
#include <flowlog/source/unpack.hpp>

namespace flowlog {

/// Reads the whole text of a file, which may be compressed; "-" is standard input. For tables and
/// lists: a text of more than 1 GiB throws `error{too_long}`. Also throws whatever opening and
/// reading throw.
template <class = void>
[[nodiscard]] auto read_text(std::string const& path, errc too_long = errc::invalid_argument)
    -> std::string {
    constexpr auto limit = std::size_t{1} << 30;
    auto const input = std::make_shared<file const>(path);
    auto source = any_source{file_source{input, 0, limit + 1, std::size_t{32} << 10}};
    unpack(source, false);
    auto text = std::string{};
    text.reserve(std::min<std::size_t>(input->size().value_or(0), limit));
    for (auto block = source.next(); !block.empty(); block = source.next()) {
        text.append(block.data(), block.size());
        if (text.size() > limit) throw error{too_long, {path}, "it has more than 1 GiB"};
    }
    return text;
}

}  // namespace flowlog

#endif
