// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as the small languages of options: times, keys, measures, and which groups are
// wanted. What is read can be named, and the name means the same.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/error.hpp>
#include <flowlog/grammar/time.hpp>
#include <flowlog/lookup/time_zone.hpp>

namespace {

/// Calls `read`, which may throw `flowlog::error` with a reason.
template <class Read>
void try_to(Read read) {
    try {
        read();
    } catch (flowlog::error const& failure) {
        if (failure.message().empty()) std::abort();
    }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size};
    constexpr auto now = timestamp{std::chrono::seconds{1'714'600'000}};
    try_to([&] {
        auto const period = parse_time(text, now);
        if (period.first > period.last) std::abort();
    });
    try_to([&] { static_cast<void>(parse_group_key(text, {})); });
    try_to([&] {
        auto const found = measure::parse(text);
        if (measure::parse(found.name()) != found) std::abort();
    });
    try_to([&] {
        auto const wanted = having(text, [&](auto const& word) { return parse_time(word, now); });
        static_cast<void>(wanted.measures());
    });
    return 0;
}
