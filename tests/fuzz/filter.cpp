// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a filter, and applies a valid one to records with values, without values and
// with malformed values.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/source/memory.hpp>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    constexpr auto log = std::string_view{
        "log-status dstport protocol bytes packets srcaddr dstaddr start end action vpc-id "
        "tcp-flags\n"
        "OK 443 6 4000 10 10.0.0.1 2001:db8::1 1714564800 1714564860 REJECT vpc-1a2b 18\n"
        "OK - - - - - - - - - - -\n"
        "OK x x x x x x x x x x x\n"};
    static auto const flows = [log] {
        auto result = std::vector<flow>{};
        auto reader = text_reader{memory_source{log}};
        for (auto const& record : reader) result.emplace_back(record);
        return result;
    }();
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size};
    try {
        auto const wanted = where(text, timestamp{std::chrono::seconds{1'714'600'000}});
        auto const opposite = !wanted;
        for (auto const& record : flows) {
            auto const found = wanted.test(record);
            if (found.state() != opposite.test(record).state()) std::abort();
            if (found.malformed()) static_cast<void>(wanted.malformed_field(record));
        }
        // a reader costs more than all the rest
        if (size % 64 != 0) return 0;
        auto reader = text_reader{memory_source{log}};
        auto at = flows.begin();
        for (auto const& record : reader) {
            if (wanted.test(record) != wanted.test(*at++)) std::abort();
        }
    } catch (error const& e) {
        if (e.code() != errc::invalid_filter) std::abort();
    }
    return 0;
}
