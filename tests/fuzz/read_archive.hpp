// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_TESTS_FUZZ_READ_ARCHIVE_HPP
#define FLOWLOG_TESTS_FUZZ_READ_ARCHIVE_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/source/memory.hpp>

namespace fuzz {

/// The first byte determines the size of the blocks and an option; the others are the archive.
/// Aborts if a reader breaks a promise: its flows depend neither on the blocks nor on whether they
/// come one by one or in batches, and `stats` counts them.
template <class Make>
void read_archive(std::uint8_t const* data, std::size_t size, Make make) {
    if (size == 0) return;
    auto const bytes = std::string_view{reinterpret_cast<char const*>(data), size}.substr(1);
    auto const option = (data[0] & 1) != 0;
    auto const read = [&](std::size_t block_size) {
        auto reader = make(flowlog::memory_source{bytes, "fuzz", block_size}, option);
        auto seen = std::pair<std::uint64_t, std::string>{};
        try {
            static_cast<void>(reader.describe());
            for (auto const& record : reader) {
                ++seen.first;
                // all fields of the first flows, a few fields of all others
                if (seen.first <= 4) static_cast<void>(flowlog::flow{record});
                static_cast<void>(record[flowlog::field::start]);
                static_cast<void>(record[flowlog::field::dstport]);
            }
        } catch (flowlog::error const& failure) {
            seen.second = failure.message();
            // how soon an inflater notices damage, and what it returns before, depends on how far
            // it reads ahead
            if (seen.second.find("zlib") != std::string::npos) return decltype(seen){};
        }
        if (reader.stats().records != seen.first) std::abort();
        return seen;
    };
    auto const whole = read(bytes.size() + 1);
    if (read(1 + (data[0] >> 1)) != whole) std::abort();
    auto const grouped = [&](auto add) {
        auto groups =
            flowlog::group_by({flowlog::parse_group_key("ip")},
                              {flowlog::measure::parse("flows"), flowlog::measure::parse("bytes")});
        auto reader = make(flowlog::memory_source{bytes, "fuzz", bytes.size() + 1}, option);
        try {
            add(reader, groups);
        } catch (flowlog::error const&) {
            // the same as above
        }
        return groups.groups();
    };
    auto const singly = grouped([](auto& reader, auto& groups) {
        for (auto const& record : reader) groups.add(record);
    });
    if (grouped([](auto& reader, auto& groups) { flowlog::add_all(reader, groups); }) != singly)
        std::abort();
}

}  // namespace fuzz

#endif
